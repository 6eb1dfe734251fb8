"""The yardstick: the least that a request can cost with Flask under gunicorn."""

from flask import Flask

app = Flask("hello")


@app.get("/")
def hello() -> str:
    """Answer with one word."""
    return "hello"
