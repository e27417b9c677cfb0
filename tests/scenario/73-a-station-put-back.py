# TIMEOUT 300
"""A station's disk is put back to last week's image. What it told since then is
with its office: the log comes back from there before anything is signed, so that
there is one history; what it had counted is not counted twice. Who sends by hand
before the office has answered waits for that. A station without a line has it from
the drive, which is read before anything is added, whoever wants to meanwhile. Where
nobody could be asked there are two histories: the station that learns it from a
drive tells its office."""
import json
import os
import shutil
import signal
import subprocess

from drives import Drive, sync
from lib import REFUSED, ForgetFS, Skip, check, equal, http_get, run, stays, wait_for


def databases(station):
    return [name for name in os.listdir(station.dir)
            if name.startswith(("node.db", "records.db"))]


def keep_image(s, station):
    station.stop()
    image = s.path("image")
    os.mkdir(image)
    for name in databases(station):
        shutil.copy(os.path.join(station.dir, name), image)
    station.start()
    return image


def put_back(station, image):
    station.stop()
    for name in databases(station):
        os.remove(os.path.join(station.dir, name))
    for name in os.listdir(image):
        shutil.copy(os.path.join(image, name), station.dir)
    station.start()


def told(office, station):
    code = station.status()["code"]
    return [item["text"] for entry in office.cli_json("records", "read", code)
            for item in entry["batch"]["items"] if item["k"] != "machine"]


def is_forked(node, code):
    return any(log.get("forked") for log in node.records() if log["code"] == code)


def tell(station, text):
    station.cli("records", "tell", "wish", text)
    station.cli("records", "send")


def by_hand(station):
    return subprocess.Popen(station.command("records", "send", "--json"), env=station.env,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ends_well(process, what):
    out, said = process.communicate(timeout=60)
    equal(process.returncode, 0, f"{what}: {out.decode()} {said.decode()}")


def is_one_history(county, station, texts):
    code = station.status()["code"]
    wait_for(lambda: told(county, station) == texts, 60, f"the office reads {texts}")
    check(not is_forked(county, code) and not is_forked(station, code), "one history")
    equal(station.own_records()["entries"], next(
        log["entries"] for log in county.records() if log["code"] == code), "entries here and there")


def an_office_that_is_slow(county, station, image):
    """It was reached and has not answered yet when somebody sends by hand."""
    county.process.process.send_signal(signal.SIGSTOP)
    put_back(station, image)
    before = station.own_records()["entries"]
    station.cli("records", "tell", "wish", "五")
    send = by_hand(station)
    stays(lambda: send.poll() is None and station.own_records()["entries"] == before, 3,
          "nothing is added")
    county.process.process.send_signal(signal.SIGCONT)
    ends_well(send, "records send")
    is_one_history(county, station, ["一", "二", "三", "四", "五"])


def two_histories_are_told(s, county, station, image):
    """What it adds while nobody can be asked is another history. A drive shows it
    the first one; its office is told by the station, on the line."""
    code = station.status()["code"]
    drive = Drive(s)
    county.stop()
    tell(station, "六")
    sync(station, drive)
    put_back(station, image)
    tell(station, "七")
    sync(station, drive, codes=(REFUSED,))
    check(is_forked(station, code), "the station knows of both")
    county.start()
    wait_for(lambda: is_forked(county, code), 60, "its office knows of both")


def by_drive_alone(s, county):
    """Its newest entries are on the drive that is plugged in, and nowhere else."""
    fs = ForgetFS(s)
    drive = Drive(s, fs.path)
    far = s.station(county, "431081101204", "黄草村", "far", upstream="http://127.0.0.1:9",
                    words=["--announce", "off"])
    sync(far, drive)
    sync(county, drive)
    county.enrol(far)
    sync(county, drive)
    far.start()
    far.cli("records", "tell", "wish", "一")
    sync(far, drive)
    shutil.rmtree(s.path("image"))
    image = keep_image(s, far)
    far.cli("records", "tell", "wish", "二")
    sync(far, drive)
    full = far.own_records()["entries"]

    put_back(far, image)
    check(far.own_records()["entries"] < full, "the disk has lost some")
    far.cli("records", "tell", "wish", "三")
    fs.stall()
    visit = subprocess.Popen(far.command("drive", "sync", drive.path), env=far.env,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: json.loads(http_get(far.url + "/drive.json").body)["now"], 20, "the visit has begun")
    send = by_hand(far)
    # Nobody above can be reached: that alone would hold it up for ten seconds.
    stays(lambda: send.poll() is None and far.own_records()["entries"] < full, 13,
          "nothing is added while the drive is read")
    fs.stall(False)
    ends_well(visit, "drive sync")
    ends_well(send, "records send")
    sync(county, drive)
    is_one_history(county, far, ["一", "二", "三"])
    fs.close()


def story(s):
    county = s.county().start()
    station = s.station(county).start()
    county.enrol(station)
    tell(station, "一")
    wait_for(lambda: station.status()["records"]["acked"], 60, "the first is acknowledged")
    image = keep_image(s, station)
    # Not acknowledged yet when the image was made, and never seen by it.
    for text in ("二", "三"):
        tell(station, text)
    wait_for(lambda: told(county, station) == ["一", "二", "三"], 60, "three are there")

    put_back(station, image)
    # Nobody sends: the round of what presses waits for the log.
    station.cli("records", "tell", "fault", "tv", "四")
    wait_for(lambda: told(county, station) == ["一", "二", "三", "四"], 120,
             "the fourth goes on where the log was")
    is_one_history(county, station, ["一", "二", "三", "四"])
    check("takes them back in" in station.log(), "it is said")
    wait_for(lambda: station.status()["records"]["acked"], 60, "acknowledged")
    an_office_that_is_slow(county, station, image)
    two_histories_are_told(s, county, station, image)
    try:
        by_drive_alone(s, county)
    except Skip as why:
        print(f"without the drive: {why}")


run(story)
