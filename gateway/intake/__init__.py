"""How mail comes in. Every intake knows only an `Acceptor`, and acknowledges only what it stored.

answers                    what becomes of a mail or a recipient, and the door behind all intakes
smtp                       the servers: a listening socket, its conversations, their orderly end
connection                 a client's place, time, command lines and end
conversation, lmtp         what the commands do
stream                     a mail out of the wire, in bounded memory
reception                  between the conversations and the acceptor
limits                     how much one client, and all together, may take
tls                        the certificate of STARTTLS
pipe                       one mail on standard input
files                      mails out of mbox files, Maildirs and single files
addresses, headers         reading both without a parser
"""
