"""When a session has ended (SQS): fold it into what the help desk knows."""

from firstline.clock import now
from firstline.flywheel import service
from firstline.queues.consumer import consumer

handler = consumer(lambda message: service.analyse(message, at=now()))
