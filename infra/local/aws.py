"""The stand-in for AWS: SQS, Cognito, Secrets Manager, S3 and SES in a child process, filled from the template."""

import socket
import subprocess
import sys
import time
from typing import Any

import botocore.session
import urllib3
from botocore.config import Config

from infra.local.place import REGION, Place, subject
from infra.local.problems import CannotRunError
from infra.local.template import Queue

PASSWORD = "Firstline-1"  # noqa: S105  of every local person; no local user pool is reachable from elsewhere
_START_SECONDS = 60.0


class WrongPasswordError(Exception):
    """The person signed in with another password the first time."""


class AwsStandIn:
    """One child process; what it holds is gone with it."""

    def __init__(self, place: Place, listening: socket.socket) -> None:
        self._place = place
        self._listening = listening
        self._process: subprocess.Popen[bytes] | None = None
        self._session = botocore.session.get_session()

    def start(self) -> None:
        """Start the process; `wait` says when it answers."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.stand_in", str(self._listening.fileno())],
            cwd=self._place.checkout,
            pass_fds=[self._listening.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._listening.close()  # a child that has ended must not leave callers waiting at an open port

    def wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                urllib3.request("GET", f"{self._place.aws_url}/moto-api/", timeout=5, retries=False)
            except urllib3.exceptions.HTTPError:
                time.sleep(0.02)
            else:
                return
        raise CannotRunError("The AWS stand-in does not start; run `make clean` and `make run` again.")

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.communicate()
        self._process = None

    def client(self, service: str) -> Any:
        return self._session.create_client(
            service,
            region_name=REGION,
            endpoint_url=self._place.aws_url,
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106  the stand-in asks for some
            config=Config(retries={"max_attempts": 2}, read_timeout=30, max_pool_connections=20),
        )

    def create(self, queues: list[Queue]) -> None:
        """Create the template's queues (dead letters first), the user pool and the verified mail sender."""
        sqs = self.client("sqs")
        for queue in sorted(queues, key=lambda queue: "RedrivePolicy" in queue.attributes):
            sqs.create_queue(QueueName=queue.name, Attributes=dict(queue.attributes))
        cognito = self.client("cognito-idp")
        pool = cognito.create_user_pool(PoolName="firstline", UsernameAttributes=["email"])["UserPool"]
        cognito.create_user_pool_client(
            UserPoolId=pool["Id"], ClientName="console", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )
        self.client("ses").verify_domain_identity(Domain="example.com")

    def mail(self) -> list[dict[str, Any]]:
        """Return the mails SES was given, oldest first."""
        sent = urllib3.request("GET", f"{self._place.aws_url}/moto-api/data.json", timeout=30).json().get("ses", {})
        return [*sent.get("Message", []), *sent.get("RawMessage", [])]


class UserPool:
    """The people of the local user pool."""

    def __init__(self, aws: AwsStandIn, place: Place) -> None:
        self._cognito = aws.client("cognito-idp")
        self._place = place

    def sign_in(self, email: str, password: str = PASSWORD) -> tuple[str, str]:
        """Return the subject and a bearer token of a person, who is made known to the pool when new.

        Raises WrongPasswordError.
        """
        email = email.strip().lower()
        subject = self._make_known(email, password)
        try:
            answer = self._cognito.initiate_auth(
                ClientId=self._place.client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": email, "PASSWORD": password},
            )
        except self._cognito.exceptions.NotAuthorizedException as error:
            raise WrongPasswordError(email) from error
        return subject, answer["AuthenticationResult"]["AccessToken"]

    def subject(self, email: str) -> str:
        """Return the subject that somebody will have, before the pool knows them."""
        return subject(self._place.pool_id, email)

    def _make_known(self, email: str, password: str) -> str:
        """Return the person's subject; somebody new gets the password."""
        pool, said = self._place.pool_id, {"email": email, "email_verified": "true"}
        attributes = [{"Name": name, "Value": value} for name, value in said.items()]
        try:
            person = self._cognito.admin_create_user(UserPoolId=pool, Username=email, UserAttributes=attributes)["User"]
        except self._cognito.exceptions.UsernameExistsException:
            known = self._cognito.admin_get_user(UserPoolId=pool, Username=email)
            return _subject(known["UserAttributes"])
        self._cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
        return _subject(person["Attributes"])


def _subject(attributes: list[dict[str, str]]) -> str:
    return next(attribute["Value"] for attribute in attributes if attribute["Name"] == "sub")
