#!/usr/bin/env python3
# TIMEOUT 200
"""A handout on the TV, with the remote control alone: pages of a PDF are seen and
turned, one whose Chinese brings no font and no table of its own among them; it
is made larger and gone through, and Back leads out; pictures likewise. What is no
PDF is shown to a phone, and so is a PDF that does not read.

The same on a phone without a card, by fingers, upright and on its side, and in a
browser of 2018; what was read is counted. Of a booklet of 20 MB only the pages that
are read come down the line."""
import os
import random
import struct
import zlib

from nodes import Throttle, run, walk

COLOURS = [(0.8, 0.1, 0.1), (0.1, 0.6, 0.1), (0.1, 0.1, 0.8)]


SCAN = (300, 370)  # dots of the picture on each page of the booklet, 333 KB


def pdf(pages, scans=False):
    """A4 pages as (colour, text): a square in the middle, a line of text above; with
    `scans` a picture of noise below, which does not get smaller by packing."""
    noise = random.Random(7)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>",
               b"<</Type/Pages/Count %d/Kids[%s]>>" % (
                   len(pages), b" ".join(b"%d 0 R" % (7 + 2 * n) for n in range(len(pages)))),
               b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/GBK-EUC-H/DescendantFonts[4 0 R]>>",
               b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo"
               b"<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor 5 0 R/DW 1000>>",
               b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
               b"/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    for n, (colour, text) in enumerate(pages):
        try:
            shown = b"/F2 48 Tf (%s) Tj" % text.encode("ascii")
        except UnicodeEncodeError:
            shown = b"/F1 48 Tf <%s> Tj" % text.encode("gbk").hex().encode()
        content = (b"%.1f %.1f %.1f rg 150 300 300 250 re f BT 0 g 60 700 Td %s ET" % (*colour, shown))
        images = b""
        if scans:
            content += b" q 120 0 0 148 60 60 cm /I Do Q"
            images = b"/XObject<</I %d 0 R>>" % (7 + 2 * len(pages) + n)
        objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources"
                    b"<</Font<</F1 3 0 R/F2 6 0 R>>%s>>>>" % (8 + 2 * n, images),
                    b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)]
    for _ in pages if scans else []:
        dots = noise.randbytes(SCAN[0] * SCAN[1] * 3)
        objects.append(b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB"
                       b"/Length %d>>stream\n%s\nendstream" % (*SCAN, len(dots), dots))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (n, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in places)
    return bytes(out) + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def png(width, height, colour):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def story(s):
    county = s.county().start()
    station = s.station(county)
    station.set_conf("url", "http://192.168.1.20:7433")  # what a phone is shown
    station.start()
    # The phone is another machine, and its line no fast one.
    air = Throttle(s, station.url, 2_000_000, source=s.new_address())
    folder = s.path("讲义包")
    os.makedirs(folder)
    for name, content in {
            "讲义.pdf": pdf([(COLOURS[0], "Page 1"), (COLOURS[1], "羊圈消毒"), (COLOURS[2], "Page 3")]),
            "坏的.pdf": b"%PDF-1.4\nnothing of a PDF", "图.png": png(800, 600, (20, 120, 200)),
            "说明.docx": b"PK\3\4 a document of an office program"}.items():
        with open(os.path.join(folder, name), "wb") as out:
            out.write(content)
    lesson = county.publish(folder, "防疫讲义", "产业/养殖/黑山羊", "--no-media")
    large = s.path("大讲义.pdf")
    with open(large, "wb") as out:
        out.write(pdf([(COLOURS[n % 3], f"Page {n + 1}") for n in range(60)], scans=True))
    booklet = county.publish(large, "养羊手册", "产业/养殖/黑山羊", "--no-media")
    for one in (lesson, booklet):
        station.wait_held(one["id"], 120)
    walk(s, "08-handout.mjs", {
        "station": station.url, "phone": air.url, "lesson": lesson["id"], "booklet": booklet["id"], "colours": [[round(255 * c) for c in one] for one in COLOURS],
        "data": ["防疫讲义", "讲义.pdf", "坏的.pdf", "图.png", "说明.docx", "讲义", "坏的", "说明", "图", "养羊手册", "大讲义", "产业", "养殖", "黑山羊", "资兴市", "联坪村"],
    }, came=lambda: air.bytes_sent)


run(story)
