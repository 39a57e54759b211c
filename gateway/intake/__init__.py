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
imap_watch                 a mailbox for ever: connected anew after growing pauses
imap_reading               one connection to it: what is new, in parts and groups, and IDLE
imap_folder                the commands in a folder: list, fetch, flag, move
imap_connection            the connection, encrypted, and in words what keeps us out
imap_signin                by password, or by whatever else is a SignIn
imap_envelope              what stands for the envelope of such a mail
imap_trial                 looking into a mailbox without reading it
files                      mails out of mbox files, Maildirs and single files
addresses, headers         reading both without a parser
"""
