"""A unique constraint as a promise to people: who comes second gets a problem, not a fault."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from firstline.errors import Problem


@contextmanager
def or_conflict(db: Session, problem: Problem) -> Iterator[None]:
    """Write what the block adds or changes; raises `problem` when that breaks a constraint, and keeps the rest."""
    try:
        with db.begin_nested():
            yield
            db.flush()
    except IntegrityError as error:
        raise problem from error
