"""A real WordPress of Debian's, on a free port of 127.0.0.1: PHP's own web server, and MariaDB on a socket.

Nothing of it leaves the machine (WP_HTTP_BLOCK_EXTERNAL), and nothing of it is kept.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.servers import free_port, require

INSTALL = "apt install php-cli php-gd php-mysql mariadb-server-core; apt download wordpress (see .ci/run)"
PLACES = (
    Path(__file__).parents[2] / ".servers" / "wordpress" / "usr" / "share" / "wordpress",
    Path("/usr/share/wordpress"),
)

CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', '{url}');
define('WP_SITEURL', '{url}');
define('WP_ENVIRONMENT_TYPE', 'local');   // application passwords without https
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""

SETUP = """<?php
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$_SERVER['HTTP_HOST'] = '127.0.0.1';
(new mysqli('localhost', 'root', '', '', 0, $argv[1]))->query('CREATE DATABASE wordpress');
define('WP_INSTALLING', true);
function wp_new_blog_notification(...$ignored) {}   // would send mail
require 'wp-load.php';
require 'wp-admin/includes/upgrade.php';
wp_install('Harapan', 'admin', 'admin@example.org', true, '', 'a-secret-for-tests');
$wp_rewrite->init();
$wp_rewrite->set_permalink_structure('/%postname%/');
flush_rewrite_rules();
foreach (['editor', 'author', 'contributor'] as $role)
    wp_insert_user(['user_login' => $role, 'user_pass' => 'a-secret-for-tests',
                    'user_email' => "$role@example.org", 'role' => $role]);
foreach (get_users() as $user)
    $made[$user->user_login] = WP_Application_Passwords::create_new_application_password(
        $user->ID, ['name' => 'campaign'])[0];
echo json_encode(['version' => $wp_version, 'passwords' => $made]);
"""


@dataclass(frozen=True)
class WordPressServer:
    """A running site with the users admin, editor, author and contributor."""

    host: str
    port: int
    version: str
    passwords: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def ask(self, method: str, path: str, user: str = "admin", **options: Any) -> Any:
        """Ask its REST API as that user; the JSON answer."""
        response = requests.request(
            method,
            f"{self.url}/wp-json/wp/v2{path}",
            auth=(user, self.passwords[user]),
            timeout=60,
            **options,
        )
        response.raise_for_status()
        return response.json()

    def articles(self, **query: str) -> list[dict[str, Any]]:
        """Articles in any state but the trash's, as the editor sees them."""
        query = {"context": "edit", "status": "any", "per_page": "100", **query}
        listed: list[dict[str, Any]] = self.ask("GET", "/posts", params=query)
        return listed

    def page(self, address: str) -> requests.Response:
        """What a visitor of the site gets."""
        return requests.get(address, timeout=60)


@contextmanager
def running() -> Iterator[WordPressServer]:
    """Install it into a new folder, start it, wait until it answers, stop it."""
    php, mariadbd = require("php", INSTALL), _mariadbd()
    source = next((place for place in PLACES if (place / "wp-load.php").exists()), None)
    if source is None:
        require("wordpress", INSTALL)
    home = Path(tempfile.mkdtemp(prefix="campaign-wp-"))  # a socket's path must be short
    try:
        with ExitStack() as stack:
            socket = home / "db.sock"
            stack.enter_context(_process(_database(mariadbd, home, socket), home / "db.log"))
            _until(socket.exists, home / "db.log")
            shutil.copytree(source, home / "site", symlinks=True)
            port = free_port()
            config = home / "site" / "wp-config.php"
            config.unlink(missing_ok=True)  # Debian's looks for one in /etc
            config.write_text(CONFIG.format(socket=socket, url=f"http://127.0.0.1:{port}"))
            (home / "setup.php").write_text(SETUP)
            done = subprocess.run(
                [php, str(home / "setup.php"), str(socket)],
                cwd=home / "site",
                capture_output=True,
                check=False,
                timeout=120,
            )
            assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
            told = json.loads(done.stdout[done.stdout.index(b'{"version"') :])
            serve = [php, "-d", "display_errors=0", "-S", f"127.0.0.1:{port}", "-t", str(home / "site")]
            stack.enter_context(_process(serve, home / "php.log"))
            server = WordPressServer("127.0.0.1", port, told["version"], told["passwords"])
            _until(lambda: _answers(server), home / "php.log")
            yield server
    finally:
        shutil.rmtree(home)


def _mariadbd() -> str:
    for place in ("/usr/sbin/mariadbd", "/usr/libexec/mariadbd"):  # often not on the PATH
        if Path(place).is_file():
            return place
    return require("mariadbd", INSTALL)


def _database(mariadbd: str, home: Path, socket: Path) -> list[str]:
    (home / "data").mkdir()
    return [
        mariadbd,
        "--no-defaults",
        f"--datadir={home / 'data'}",
        f"--socket={socket}",
        f"--pid-file={home / 'db.pid'}",
        "--skip-networking",
        "--skip-grant-tables",  # needs no tables of its own; only the owner of the folder gets at the socket
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-size=16M",
        "--performance-schema=OFF",
        *(["--user=root"] if os.geteuid() == 0 else []),
    ]


@contextmanager
def _process(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.kill()  # what it keeps is thrown away
        process.wait(timeout=30)


def _until(ready: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + 60
    while not ready():
        if time.monotonic() > until:
            pytest.fail(f"WordPress does not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)


def _answers(server: WordPressServer) -> bool:
    try:
        return bool(server.ask("GET", "/users/me"))
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="session")
def wordpress_server() -> Iterator[WordPressServer]:
    with running() as server:
        yield server
