"""What docker/ says of the program, the setup and the example holds, as far as no container is
needed to tell."""

import json
import os
import pathlib
import re
import subprocess
import unittest
import urllib.request

import weir_program
from weir_program import LIMIT

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DOCKER = ROOT / "docker"


class Docker(weir_program.Case):
    def setUp(self):
        super().setUp()
        self.image = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
        self.compose = (DOCKER / "compose.yaml").read_text(encoding="utf-8")

    def test_image_is_built_by_the_commands_of_the_readme(self):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        for command in ("tools/setup", "tools/quickstart", "tools/test"):
            self.assertIn(f"RUN {command}\n", self.image)
            self.assertTrue(os.access(ROOT / command, os.X_OK), command)
        for command in ("tools/quickstart", "tools/test"):
            self.assertIn(f"    {command} ", readme)
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", self.image, re.MULTILINE):
            self.assertTrue((ROOT / line).exists(), line)
        for name in re.findall(r"/src/(?!build/)(\S+)", self.image):
            self.assertTrue((ROOT / name).exists(), name)
        self.assertLess(self.image.index("USER weir"), self.image.index("ENTRYPOINT"))

    def test_settings_exist(self):
        known, _ = self.expect(0, self.weir("help", "options"))
        named = set(re.findall(r"WEIR_RUN_\w+", self.image + self.compose))
        self.assertGreater(len(named), 1)
        for name in named:
            self.assertIn(name, known)

    def test_packages_of_the_program(self):
        done = subprocess.run([DOCKER / "runtime-packages", weir_program.WEIR],
                              capture_output=True, check=False, timeout=LIMIT)
        self.assertEqual(done.returncode, 0, done.stderr)
        packages = done.stdout.decode().split()
        self.assertIn("libc6", packages)
        self.assertTrue(any(name.startswith("librocksdb") for name in packages), packages)
        shown = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}\n", *packages],
                               capture_output=True, check=True, timeout=LIMIT)
        self.assertEqual(set(shown.stdout.split()), {b"installed"})

    def healthy(self, port):
        done = subprocess.run([DOCKER / "healthcheck"], capture_output=True, check=False,
                              timeout=LIMIT, env={**os.environ, "WEIR_HEALTH_PORT": port})
        return done.returncode == 0

    def test_example(self):
        app = (DOCKER / "example" / "app.sql").read_text(encoding="utf-8")
        for volume in re.findall(r"- (\./\S+?):", self.compose):
            self.assertTrue((DOCKER / volume).exists(), volume)
        port = re.search(r"port='(\d+)'", app)[1]
        self.assertIn(f'"127.0.0.1:{port}:{port}"', self.compose)
        self.assertIn(f'WEIR_HEALTH_PORT: "{port}"', self.compose)
        self.expect(0, self.weir("check", str(DOCKER / "example" / "app.sql"), "--deny-warnings"))
        # The same app where a test can run it.
        self.write("token", "secret\n")
        app = app.replace("/run/secrets/write_token", self.path("token"))
        app = self.write("app.sql", app.replace(f"port='{port}'", "port='0'"))
        run = self.start("run", app, env={**os.environ, "WEIR_RUN_INSECURE": "true",
                                          "WEIR_RUN_STATE_DIR": self.path("state")})
        told = run.stderr.readline().decode()
        port = re.search(r"listens on 0\.0\.0\.0:(\d+)", told)[1]
        self.assertTrue(self.healthy(port))
        event = {"event": {"symbol": "IBM", "price": 75.5, "volume": 100}}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/trades",
                                         json.dumps(event).encode(),
                                         {"Authorization": "Bearer secret"})
        with urllib.request.urlopen(request, timeout=LIMIT) as answer:
            self.assertEqual(json.load(answer), {"accepted": 1})
        self.assertIn(b'{"symbol":"IBM","volume":100,"price":75.5}', run.stdout.readline())
        run.terminate()
        self.assertEqual(run.wait(LIMIT), 0)
        self.assertFalse(self.healthy(port))
        self.assertTrue(self.healthy(""))


if __name__ == "__main__":
    weir_program.main()
