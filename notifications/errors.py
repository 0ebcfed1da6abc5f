"""What can be wrong with a message or with the way to its reader."""

from common.errors import BusinessRuleViolation, ServiceUnavailable


class ChannelOff(ServiceUnavailable):
    """This platform has no provider for the channel, so a code that must go this way cannot be sent."""

    default_message = "Messages cannot be sent this way at present."


class NotToBeSentAgain(BusinessRuleViolation):
    """A delivery that arrived, is under way or came too late is not repeated."""

    default_message = "Only deliveries that failed can be sent again."


class UnknownKind(LookupError):
    """The catalogue has no such message: a misspelling in our own code."""


class WrongContext(TypeError):
    """A message was given other values than its texts ask for: a mistake in our own code."""
