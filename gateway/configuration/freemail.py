"""Mail domains where anybody gets an address: they are no organisation's."""

from __future__ import annotations

_FAMILIES = """
    aol gmail gmx googlemail hotmail icloud live mail mailinator msn outlook
    proton protonmail rocketmail tutanota yahoo yandex ymail zoho
"""
"""With whatever top-level domain: hotmail.com, hotmail.fr, yahoo.co.uk."""

_DOMAINS = """
    163.com 126.com qq.com sina.com naver.com daum.net mail.ru bk.ru list.ru rambler.ru
    me.com mac.com fastmail.com fastmail.fm hushmail.com hey.com pm.me web.de inbox.com
    inbox.lv tuta.com tuta.io
    posteo.de posteo.net mailbox.org runbox.com disroot.org duck.com
    t-online.de freenet.de arcor.de
    orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr bbox.fr numericable.fr
    skynet.be proximus.be telenet.be scarlet.be voo.be
    ziggo.nl kpnmail.nl kpnplanet.nl planet.nl hetnet.nl xs4all.nl home.nl casema.nl upcmail.nl
    seznam.cz email.cz post.cz centrum.cz volny.cz atlas.cz azet.sk zoznam.sk
    wp.pl o2.pl interia.pl onet.pl libero.it virgilio.it tiscali.it
    btinternet.com sky.com talktalk.net ntlworld.com virginmedia.com
    comcast.net verizon.net att.net sbcglobal.net cox.net charter.net bellsouth.net
    bluewin.ch telia.com bigpond.com uol.com.br bol.com.br rediffmail.com
    guerrillamail.com 10minutemail.com trashmail.com yopmail.com temp-mail.org
"""

_FAMILY_NAMES = frozenset(_FAMILIES.split())
_DOMAIN_NAMES = frozenset(_DOMAINS.split())


def is_free_mail(domain: str) -> bool:
    """Whether anybody may have an address there. `domain` is in lower case."""
    labels = domain.split(".")
    public = labels[1:]
    family = labels[0] in _FAMILY_NAMES and 1 <= len(public) <= 2 and len(public[0]) <= 3
    return domain in _DOMAIN_NAMES or family
