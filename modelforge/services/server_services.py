"""Everything that requests are answered with, made once when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from modelforge.security.authenticator import Authenticator
from modelforge.security.guard import Rules
from modelforge.security.hosts import AllowedHosts
from modelforge.security.rate_limits import RateLimits
from modelforge.security.secret_registry import learn_secret
from modelforge.services.account_service import AccountService
from modelforge.settings import Settings
from modelforge.storage.atomic import make_folder
from modelforge.storage.file_manager import FileManager
from modelforge.storage.secret_file import read_or_make_secret

if TYPE_CHECKING:
    from modelforge.database.database_manager import DatabaseManager
    from modelforge.services.dataset_service import DatasetService
    from modelforge.services.hardware_service import HardwareService
    from modelforge.services.heavy_process import HeavyProcess
    from modelforge.services.hub_service import HubService
    from modelforge.services.live_hardware import LiveHardware
    from modelforge.services.metrics import Metrics
    from modelforge.services.upload_service import UploadService
    from modelforge.services.workshop import Workshop


class ServerServices:
    """The services of one server over one home."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.files = FileManager(settings.home)

    def open(self) -> None:
        """What must be there before the first request: the tables, and no leftovers of dead processes."""
        self.files.sweep()
        self.uploads.sweep()
        self.workshop.open()
        self.hub.begin()

    def close(self) -> None:
        """Let go of everything that is open."""
        self.hub.close()
        self.workshop.close()
        self.data_process.close()
        self.database.close()

    # The door

    @cached_property
    def api_token(self) -> str:
        """`MODELFORGE_TOKEN`, or the random token of this home."""
        given = self.settings.token
        token = given.get_secret_value() if given else read_or_make_secret(self.files.api_token)
        learn_secret("api", token)
        return token

    @cached_property
    def accounts(self) -> AccountService:
        """Who may sign in by name."""
        return AccountService(self.files)

    @cached_property
    def authenticator(self) -> Authenticator:
        """Tokens → callers."""
        made = Authenticator(self.api_token, self.accounts)
        learn_secret("launch", made.launch_secret)
        return made

    @cached_property
    def limits(self) -> RateLimits:
        """How often."""
        return RateLimits(self.settings.rate_limit)

    @cached_property
    def rules(self) -> Rules:
        """What the guard goes by."""
        hosts = AllowedHosts.for_bind(self.settings.host, self.settings.allowed_hosts)
        return Rules(hosts, self.authenticator, self.limits)

    @cached_property
    def metrics(self) -> Metrics:
        """What Prometheus may ask."""
        from modelforge.services.metrics import Metrics

        return Metrics(lambda: self.database.list_runs())

    # The rooms

    @cached_property
    def database(self) -> DatabaseManager:
        """The index."""
        from modelforge.database.database_manager import DatabaseManager

        make_folder(self.settings.home)
        return DatabaseManager(self.settings.database_url)

    @cached_property
    def hardware(self) -> HardwareService:
        """This machine, and what it can train."""
        from modelforge.services.hardware_service import HardwareService

        return HardwareService(self.files)

    @cached_property
    def live_hardware(self) -> LiveHardware:
        """How busy this machine is."""
        from modelforge.services.live_hardware import LiveHardware

        return LiveHardware(self.settings.home)

    @cached_property
    def data_process(self) -> HeavyProcess:
        """Where files are checked: a fresh interpreter, which loads neither torch nor transformers."""
        from modelforge.services.heavy_process import HeavyProcess

        return HeavyProcess(self.files, method="spawn", preload=())

    @cached_property
    def datasets(self) -> DatasetService:
        """The datasets of the library."""
        from modelforge.services.dataset_service import DatasetService

        return DatasetService(self.database, self.files, self.data_process, self.settings.max_upload_bytes)

    @cached_property
    def uploads(self) -> UploadService:
        """Files that come in by parts."""
        from modelforge.services.upload_service import UploadService

        return UploadService(self.files, self.datasets, self.settings.max_upload_bytes)

    @cached_property
    def hub(self) -> HubService:
        """The Hugging Face hub."""
        from modelforge.services.hub_service import HubService

        return HubService(self.files)

    @cached_property
    def workshop(self) -> Workshop:
        """Runs, models and answers."""
        from modelforge.services.workshop import Workshop

        return Workshop(self.database, self.files, self.hardware)
