"""The values this machine gives to a template: where the database listens, what a queue's address is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from infra.local.intrinsics import Resolver, UnknownNameError, load
from infra.local.template import Template, TemplateReader

REGION = "eu-west-1"
ACCOUNT = "123456789012"  # the account of the stand-in
DATABASE = "firstline"
APPLICATION_ROLE = "firstline_app"
OWNER_ROLE = "firstline_owner"


def user_pool_id(name: str) -> str:
    """Return the id of a pool, the same at every start so that a token outlives a restart."""
    return f"{REGION}_{sha256(name.encode()).hexdigest()[:9]}"


def client_id(pool_id: str, name: str) -> str:
    return sha256(f"{pool_id} {name}".encode()).hexdigest()[:26]


def subject(pool_id: str, email: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{pool_id}/{email.lower()}"))


@dataclass(frozen=True)
class Place:
    """One local cloud: the checkout it serves and the addresses of what it stands on."""

    checkout: Path
    gateway_url: str
    aws_url: str
    database_port: int
    overrides: Mapping[str, str] = field(default_factory=dict)

    @property
    def pool_id(self) -> str:
        return user_pool_id("firstline")

    @property
    def client_id(self) -> str:
        return client_id(self.pool_id, "console")

    @property
    def issuer(self) -> str:
        """Cognito's own name, which the stand-in writes into its tokens too."""
        return f"https://cognito-idp.{REGION}.amazonaws.com/{self.pool_id}"

    @property
    def jwks_url(self) -> str:
        return f"{self.aws_url}/{self.pool_id}/.well-known/jwks.json"

    def queue_url(self, name: str) -> str:
        return f"{self.aws_url}/{ACCOUNT}/{name}"

    def parameters(self) -> dict[str, str]:
        """Return the template's parameters as one would deploy it here; those it does not have are of no effect."""
        return {
            "Environment": "local",
            "ModelProvider": "playbook",
            "ModelName": "",
            "SmallModelName": "",
            "ConsoleUrl": self.gateway_url,
        }

    def environment(self) -> dict[str, str]:
        """Return what every function is given here and a template cannot know."""
        return {
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_EC2_METADATA_DISABLED": "true",
            "TZ": "UTC",
            "ENVIRONMENT": "local",
            "DATABASE_HOST": "127.0.0.1",
            "DATABASE_PORT": str(self.database_port),
            "DATABASE_NAME": DATABASE,
            "DATABASE_USER": APPLICATION_ROLE,
            "DATABASE_AUTH": "none",
            "DATABASE_TLS": "off",
            "MIGRATION_USER": OWNER_ROLE,
            "USER_POOL_ID": self.pool_id,
            "USER_POOL_CLIENT_ID": self.client_id,
            "CONSOLE_URL": self.gateway_url,
            "WEBHOOKS_TO_PRIVATE_ADDRESSES": "true",
            **self.overrides,
        }

    def read_template(self, path: Path) -> Template:
        document = load(path)
        stacks = [load(other) for other in sorted((self.checkout / "infra").glob("*.yaml"))]
        return TemplateReader(document, _resolver(self, document, stacks), path.parent).read()


class _Stack:
    """The resources of one template under their local names and addresses."""

    def __init__(self, place: Place, document: Mapping[str, Any]) -> None:
        self._place = place
        self._resources: Mapping[str, Any] = document.get("Resources", {})

    def _type(self, logical_id: str) -> str:
        if logical_id not in self._resources:
            raise UnknownNameError(f"The template refers to {logical_id}, which it does not define.")
        return str(self._resources[logical_id]["Type"])

    def _queue_name(self, logical_id: str) -> str:
        name = self._resources[logical_id].get("Properties", {}).get("QueueName", logical_id)
        return name if isinstance(name, str) else logical_id

    def ref(self, logical_id: str) -> str:
        kind = self._type(logical_id)
        if kind == "AWS::SQS::Queue":
            return self._place.queue_url(self._queue_name(logical_id))
        if kind == "AWS::SecretsManager::Secret":
            return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{logical_id}"
        known = {"AWS::Cognito::UserPool": self._place.pool_id, "AWS::Cognito::UserPoolClient": self._place.client_id}
        return known.get(kind, logical_id)

    def attribute(self, logical_id: str, attribute: str) -> str:
        kind = self._type(logical_id)
        if kind == "AWS::SQS::Queue":
            name = self._queue_name(logical_id)
            return name if attribute == "QueueName" else f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        known = {
            ("AWS::Cognito::UserPool", "ProviderURL"): self._place.issuer,
            ("AWS::RDS::DBCluster", "Endpoint.Address"): "127.0.0.1",
            ("AWS::RDS::DBCluster", "Endpoint.Port"): str(self._place.database_port),
        }
        return known.get((kind, attribute), f"arn:aws:local:{REGION}:{ACCOUNT}:{logical_id}/{attribute}")


def _resolver(place: Place, document: Mapping[str, Any], others: list[dict[str, Any]]) -> Resolver:
    """Make a resolver whose imports are looked up in the outputs of the other stacks."""
    names = {
        "AWS::Region": REGION,
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::StackName": "firstline",
        "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/firstline/local",
        **place.parameters(),
    }

    def imported(name: str) -> Any:
        for other in others:
            resolver = _resolver(place, other, [o for o in others if o is not other])
            for output in other.get("Outputs", {}).values():
                if "Export" in output and resolver.resolve(output["Export"]["Name"]) == name:
                    return resolver.resolve(output["Value"])
        raise UnknownNameError(f"No stack under infra exports {name}.")

    stack = _Stack(place, document)
    return Resolver(document, names=names, ref=stack.ref, attribute=stack.attribute, imported=imported)
