"""What we ask of the broker beyond tasks: is it there, how much waits, and what a killed worker was holding."""

from celery import current_app
from kombu.connection import Connection
from kombu.utils.encoding import bytes_to_str


def waiting(*, timeout: float) -> int:
    """How many tasks wait; raises when the broker does not answer in time."""
    options = {
        **current_app.conf.broker_transport_options,
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
    }
    with Connection(current_app.conf.broker_url, connect_timeout=timeout, transport_options=options) as connection:
        return int(connection.default_channel.client.llen(current_app.conf.task_default_queue))


def take_back_what_nobody_holds() -> int:
    """Puts back every task that was taken and not acknowledged.

    Right for the only worker of an installation, as it starts: whoever took them is dead. Where there are several
    workers the broker does it by itself, once the visibility timeout has passed.
    """
    with current_app.connection_for_write() as connection:
        channel = connection.default_channel
        tags = channel.client.zrange(channel.unacked_index_key, 0, -1)
        for tag in tags:
            channel.qos.restore_by_tag(bytes_to_str(tag))
    return len(tags)
