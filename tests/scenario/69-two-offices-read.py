# TIMEOUT 180
"""A county and a township both have a key for what a station tells. Each reads
its own copy and neither the other's; the township's copy goes on to the county,
and only the county's word counts as its receipt. A drive takes along what was
told until it came."""
import os

from lib import check, equal, run, stays, wait_for
from page import Page

WISH = "我们缺一课柑橘剪枝"
FAULT = "电视打不开了"
LATER = "投影仪借给了村小学"


def items_of(office, station):
    """What the office reads of the station: [(kind, item)], in order."""
    code = station.status()["code"]
    entries = office.cli_json("records", "read", code)
    return [(item["k"], item) for entry in entries for item in entry["batch"]["items"]]


def texts_of(office, station):
    return [item.get("text") or item.get("note") for kind, item in items_of(office, station)
            if kind != "machine"]


def also_reads(county, township):
    """The township becomes a recipient of its own region's records."""
    request = os.path.join(township.dir, "office.request")
    said = county.cli_json("trust", "recipient", "add", "--request", request)
    wait_for(lambda: township.status()["trust"] == said["version"], 30,
             "the township has the trust note")
    return said["version"]


def each_reads_its_own(county, township, station):
    station.cli("records", "tell", "wish", WISH)
    station.cli("records", "tell", "fault", "tv", FAULT)
    equal(station.status()["records"]["pending"], 2, "what waits")
    said = station.cli_json("records", "send")
    equal((said["items"], said["entries"]), (2, 2), "an entry for each office")
    check(said["machine"], "it was not heard from yet: how its machine is goes along")
    said = station.cli_json("records", "send")
    equal((said["items"], said["entries"], said["machine"]), (0, 0, False), "and not twice a day")
    wait_for(lambda: station.status()["records"]["acked"], 60, "the county has it")
    for office in (county, township):
        wait_for(lambda o=office: texts_of(o, station) == [WISH, FAULT], 30,
                 f"what {office.name} reads")
        entries = office.cli_json("records", "read", station.status()["code"])
        equal(len(entries), 1, f"entries that {office.name} can open")
    wait_for(lambda: station.status()["records"]["unacknowledged"] == 0, 60, "kept no longer")


def the_county_alone_acknowledges(county, township, station):
    """While it is away the township has all of it, and that is not enough."""
    county.stop()
    station.cli("records", "tell", "equipment", "投影仪", "--state", "lent", "--note", LATER)
    station.cli("records", "send")
    wait_for(lambda: LATER in texts_of(township, station), 60, "the township reads it")
    stays(lambda: not station.status()["records"]["acked"], 3, "nobody acknowledges")
    equal(station.status()["records"]["unacknowledged"], 1, "the station keeps it")
    county.start()
    wait_for(lambda: LATER in texts_of(county, station), 90, "the township passed it on")
    wait_for(lambda: station.status()["records"]["acked"], 90, "and the receipt came back")


def what_presses_goes_by_itself(county, station):
    """Nobody says `send`: a fault goes within a minute."""
    fault = station.cli_json("records", "told")["faults"][0]["id"]
    station.cli("records", "tell", "fault", "--id", fault, "--fixed")
    wait_for(lambda: [item["fixed"] for kind, item in items_of(county, station)
                      if kind == "fault"] == [0, 1], 90, "the county hears that it is mended")
    wait_for(lambda: station.status()["records"]["unacknowledged"] == 0, 60, "and says so")


def a_drive_takes_what_waits(s, station, county):
    drive = s.path("drive")
    os.mkdir(drive)
    station.cli("records", "tell", "wish", "再来一课")
    station.cli("drive", "sync", drive)
    equal(station.status()["records"]["pending"], 0, "what waits after a visit")
    check(b"\xe5\x86\x8d" not in b"".join(
        open(os.path.join(folder, name), "rb").read()
        for folder, _, names in os.walk(drive) for name in names if not name.endswith(".json")),
        "the wish is in clear on the drive")
    county.cli("drive", "sync", drive)
    check("再来一课" in texts_of(county, station), "the county has it from the drive")


def pages_tell(station):
    """The station's own screen may see what was told; a phone may wish."""
    screen, phone = Page(station), Page(station, "127.9.9.9")
    said = screen.good("/api/tell")
    check(WISH in [wish["text"] for wish in said["wishes"]], f"the wish: {said}")
    fault = {"kind": "fault", "what": "tv", "text": "坏了"}
    equal(phone.ask("/api/tell")[0], 403, "a viewer's look at what was told")
    equal(phone.ask("/api/tell", fault)[0], 403, "a viewer's fault")
    wish = {"kind": "wish", "text": "手机上写的", "id": "0011223344556677"}
    equal(phone.ask("/api/tell", wish)[0], 200, "a viewer's wish, which is a new one")
    for wrong in ({"kind": "wish"}, {"kind": "wish", "text": 3}, {"kind": "cow"}, []):
        equal(phone.ask("/api/tell", wrong)[0] in (400, 403), True, f"{wrong}")
    equal(screen.ask("/api/tell", fault | {"what": "cow"})[0], 400, "no such thing")
    told = screen.good("/api/tell")
    equal(([wish["text"] for wish in told["wishes"]], len(told["faults"])),
          (["手机上写的", WISH], 1), "what stands")


def story(s):
    county = s.county().start()
    township = s.township(county, words=("--origin", "xingning.example/431081101/lessons"))
    township.start()
    also_reads(county, township)
    station = s.station(township).start()
    county.enrol(station)
    wait_for(lambda: station.status()["trust"] == county.status()["trust"], 30, "the trust note")
    wait_for(lambda: township.records("enrolled"), 60, "the township knows the station")
    each_reads_its_own(county, township, station)
    pages_tell(station)
    what_presses_goes_by_itself(county, station)
    the_county_alone_acknowledges(county, township, station)
    a_drive_takes_what_waits(s, station, county)


run(story)
