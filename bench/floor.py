"""The least that any page costs: one that says hello, for gunicorn to serve like ours."""

from flask import Flask

app = Flask(__name__)


# The page that `tests.faults.serving.Server` waits for.
@app.get("/masuk")
def hello() -> str:
    return "hello"
