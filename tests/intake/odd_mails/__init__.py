"""What is made of each file in tests/mails: its name, and the columns of the message that tell.

Columns are fields of IncomingMessage; `tests.intake.test_mail_oddities` says how the others are written.
"""

from tests.intake.odd_mails.files import FILES
from tests.intake.odd_mails.forwards import FORWARDS
from tests.intake.odd_mails.headers import HEADERS
from tests.intake.odd_mails.machines import MACHINES
from tests.intake.odd_mails.texts import TEXTS

ODD_MAILS = HEADERS | TEXTS | FILES | FORWARDS | MACHINES
