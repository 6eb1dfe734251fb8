"""The web server's patience with slow clients: they may be slow, and hold nobody up.

A request is taken in whole by the loop of the process before a thread sees it, and what a client
is slow to read is kept and sent by the loop, as a proxy that buffers does it. gunicorn's own
worker gives a thread to a client from first byte to last: eight slow clients held up everybody.
"""
