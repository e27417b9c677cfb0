# TIMEOUT 90
"""What a drive would carry is planned at the county's desk, without the drive:
for a route, by size, and for each village what it will have. Nothing runs; the
stations are known from what one drive brought back."""
import shutil

from drives import Drive, sync
from lib import FAILED, USAGE, check, equal, run, tree_of

NOWHERE = "http://127.255.255.254:7433"
ALONE = ("--announce", "off")
A, B, NEW = "431081101203", "431081101204", "431081101299"
CLUSTER = 32 * 1024


def room_for(size):
    """What a lesson of one file without a poster takes on a drive: the file,
    its torrent and place file, each rounded up at worst."""
    return size + size // 4096 + 3 * CLUSTER


def titles(lessons):
    return [lesson["title"] for lesson in lessons]


def plan(node, *words):
    made = node.cli_json("drive", "plan", *words)
    made["by_name"] = {station["name"]: station for station in made["stations"]}
    return made


def station_has(made, name, comes, lacks, what):
    station = made["by_name"][name]
    equal(titles(station["comes"]), comes, f"{what}: {name} gets")
    equal([(l["title"], l["why"]) for l in station["lacks"]], lacks, f"{what}: {name} does not get")


def heard_of(s):
    """A county, and two stations it has enrolled by what a drive brought."""
    county = s.county(words=ALONE)
    drive = Drive(s)
    sync(county, drive)
    stations = [s.station(None, region, title, name, words=ALONE, join=drive.path,
                          upstream=NOWHERE)
                for region, title, name in ((A, "联坪村", "a"), (B, "黄草村", "b"))]
    for node in (*stations, county):
        sync(node, drive)
    for node in stations:
        county.enrol(node)
    return county, stations, drive


def the_plan_is_what_was_reckoned(s, county):
    for title, size, region in (("大课", 3_000_000, "431081"), ("小课", 1_000_000, "431081"),
                                ("村课", 2_000_000, B)):
        county.publish(s.file(f"{title}.bin", size), title, "产业/养殖", "--region", region,
                       "--no-media", "--date", "2026-03-01")
    route = f"联坪村,黄草村,{NEW}"

    # Three want the first two, one the third: it is the third that waits.
    small = plan(county, "--route", route, "--size", "6M")
    equal((small["size"], small["reserve"]), (6_000_000, 375_000), "the drive")
    equal(titles(small["load"]), ["小课", "大课"], "loaded on the small drive")
    equal([lesson["wanters"] for lesson in small["load"]], [3, 3], "who wants them")
    equal([(l["title"], l["why"]) for l in small["wait"]], [("村课", "no_room")], "what waits")
    equal(small["room_after"], 6_000_000 - room_for(3_000_000) - room_for(1_000_000),
          "room afterwards")
    equal((small["fits"], small["load_bytes"]), (False, 4_000_000), "the sums")
    equal([station["region"] for station in small["stations"]], [A, B, NEW], "in the order of the route")
    station_has(small, "联坪村", ["小课", "大课"], [], "small")
    station_has(small, "黄草村", ["小课", "大课"], [("村课", "no_room")], "small")
    station_has(small, NEW, ["小课", "大课"], [], "small")
    check(small["by_name"]["联坪村"]["heard"] and not small["by_name"][NEW]["heard"],
          f"who was heard of: {small['stations']}")

    # The largest is too large here, and what is behind it still goes.
    tiny = plan(county, "--route", "黄草村", "--size", "3700k")
    equal(titles(tiny["load"]), ["小课", "村课"], "loaded on the tiny drive")
    equal(titles(tiny["wait"]), ["大课"], "what waits")

    usual = plan(county, "--route", route)
    equal(usual["size"], 64_000_000_000, "without a size")
    equal((titles(usual["load"]), usual["fits"]), (["小课", "大课", "村课"], True), "all of it")
    station_has(usual, "黄草村", ["小课", "大课", "村课"], [], "usual")
    equal([station["name"] for station in plan(county)["stations"]], ["联坪村", "黄草村"],
          "without a route everybody who is known")


def names_are_taken_whole(county, station):
    code = station.status()["code"]
    for word in ("联坪村", A, code, f"  联坪村 ， {A}"):
        equal([s["region"] for s in plan(county, "--route", word)["stations"]], [A], word)
    told = county.cli_fails(FAILED, "drive", "plan", "--route", "联坪")
    check("联坪村" in told and A in told, f"what there is: {told}")
    told = county.cli_fails(FAILED, "drive", "plan", "--route", "联坪村,没有村")
    check("没有村" in told, f"the name nobody has: {told}")
    county.cli_fails(USAGE, "drive", "plan", "--route", "联坪村", "--size", "大")
    county.cli_fails(USAGE, "drive", "plan", "--route", " , ")
    county.cli_fails(USAGE, "drive", "plan", "/tmp", "--size", "32G")


def what_was_delivered_is_planned_no_more(s, county, a):
    drive = Drive(s)
    for node, words in ((county, ("--route", "联坪村")), (a, ()), (county, ())):
        sync(node, drive, *words)
    made = plan(county, "--route", "联坪村,黄草村")
    station_has(made, "联坪村", [], [], "after a round")
    station_has(made, "黄草村", ["小课", "村课", "大课"], [], "after a round")

    # On the drive itself: nothing to load, for the route that it has.
    before = tree_of(drive.path)
    made = plan(county, drive.path)
    equal(tree_of(drive.path), before, "a plan changes nothing")
    equal([stop["name"] for stop in made["route"]], ["联坪村"], "the drive's own route")
    equal(titles(made["load"]), [], "the drive has all of it")
    # For the other one it has two of three, or all: what is there stays.
    made = plan(county, drive.path, "--route", "黄草村")
    equal(set(titles(made["load"] + made["keep"])), {"小课", "大课", "村课"}, "of that drive")
    station_has(made, "黄草村", ["小课", "村课", "大课"], [], "from that drive")
    return drive


def what_is_due_goes_first(s, county, b, drive):
    # News reaches the station, but no lesson: it knows what it waits for.
    news = Drive(s)
    shutil.copytree(drive.system("trust"), news.system("trust"))
    shutil.copytree(drive.system("tlog"), news.system("tlog"))
    sync(b, news)
    big = next(l for l in b.lessons() if l["title"] == "大课")
    equal(big["state"], "wanted", "大课 at the station")
    told = b.cli_json("pin", big["id"], "--by", "2026-04-30")
    equal((told["due"], told["pinned"]), ("2026-04-30", True), "a pin by a day")
    b.cli_fails(USAGE, "pin", big["id"], "--by", "30.4.")
    sync(b, news)
    sync(county, news, "--only-in")
    made = plan(county, "--route", "黄草村", "--size", "6M")
    equal([(l["title"], l.get("due")) for l in made["load"]], [("大课", "2026-04-30"), ("小课", None)],
          "what is due first")
    text = county.cli("drive", "plan", "--route", "黄草村", "--size", "6M")
    check("2026-04-30" in text and "村课" in text, f"for people: {text}")


def story(s):
    county, (a, b), _ = heard_of(s)
    the_plan_is_what_was_reckoned(s, county)
    names_are_taken_whole(county, a)
    drive = what_was_delivered_is_planned_no_more(s, county, a)
    what_is_due_goes_first(s, county, b, drive)


run(story)
