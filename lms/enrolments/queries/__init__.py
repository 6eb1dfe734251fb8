"""Reading enrolments, split by who reads them."""

from lms.enrolments.queries.own import On, find_own, get_own, list_own, lock_own

__all__ = ["On", "find_own", "get_own", "list_own", "lock_own"]
