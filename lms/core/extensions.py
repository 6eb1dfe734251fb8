"""The Flask extensions, one instance each, bound to the app by `web.app`."""

from __future__ import annotations

from typing import Any

from flask_babel import Babel
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine

from lms.core.database import Base, Session, for_reading_pages


class RequestSession(Session, FlaskSession):
    """The session of one request; on GET it takes no lock and opens no transaction it can spare."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        bind = super().get_bind(*args, **kwargs)
        if self.info.get("is_reading") and isinstance(bind, Engine):
            # One and the same each time: the session keeps a connection for each engine it is
            # given, and a new one would open one for every statement.
            return for_reading_pages(bind)
        return bind


db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"class_": RequestSession, "expire_on_commit": False},
)
babel = Babel()
login_manager = LoginManager()
csrf = CSRFProtect()
