"""An office's pages without a server: a store, its desk, a worker that works at once, and browsers of whoever is asked for."""

from datetime import UTC, datetime

from childdb.web.app import make_app
from childdb.web.server import make_desk
from childdb.web.sessions import COOKIE
from childdb.web.viewer import local_administrator, viewer_of
from childdb.web.worker import work
from childdb.workflow import people
from tests.web.browser import Browser

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


class AtOnce:
    """The worker's own work, done in this process as soon as it is asked for."""

    alive = True

    def __init__(self, store, queue):
        self.store, self.queue = store, queue

    def wake(self):
        while job := next(self.queue.waiting(), None):
            work(self.queue, job, str(self.store.url.database), self.store.key_file)


class Idle:
    """A worker that is not there: for pages about something else."""

    alive = True

    def wake(self):
        pass


class Pages:
    """The pages of STORE. `alone()` is the one person at the computer, `who(login, ...)` a user who has signed in."""

    def __init__(self, store, now=NOW):
        self.store, self.now = store, now
        self.desk = make_desk(store, str(store.url.database), store.key_file, actor=None, now=lambda: self.now,
                              today=lambda: self.now.date())  # fmt: skip
        self.desk.worker = AtOnce(store, self.desk.queue)
        self.app = make_app(self.desk, ["testserver"])

    def _with(self, key):
        browser = Seated(self.app)
        browser.cookies.set(COOKIE, key, domain="testserver.local")
        return browser

    def work(self):
        """What waits is done now."""
        AtOnce(self.store, self.desk.queue).wake()

    def alone(self):
        return self._with(self.desk.sessions.begin(local_administrator("phong")))

    def who(self, login, roles, communes=()):
        people.add(self.store, login, roles, communes, actor="thử", now=self.now)
        there = people.standing(self.store, login)
        return self._with(self.desk.sessions.begin(viewer_of(there.rights), there.stamp))


class Seated(Browser):
    """A browser that puts the page's token into its forms, as a page of ours does, and follows where it is sent."""

    token = None

    def form(self, path, **words):
        if self.token is None:
            self.token = self.get("/people").text.split('name="_token" value="')[1].split('"')[0]
        return self.post(path, {"_token": self.token, **words})

    def done(self, path, **words):
        """The page that a form leads to at last."""
        answer = self.form(path, **words)
        while answer.status_code == 303:
            answer = self.get(answer.headers["location"])
        return answer
