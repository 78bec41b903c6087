"""What the page of a report says by itself, in English and Indonesian."""

from __future__ import annotations

from datetime import timedelta

_ENGLISH = {
    "title": "Report",
    "of": "What went out from {first} to {last}.",
    "nothing": "Nothing has been due yet.",
    "made": "Made on {day} from the record of what was published.",
    "skip": "Skip to the report",
    "figures": "In short",
    "published": "published",
    "not_published": "not out (so far)",
    "withdrawn": "later taken back",
    "on_time": "on time",
    "on_time_is": "at most {minutes} minutes after the planned time",
    "median": "late, in the middle (median)",
    "worst": "late, at the most",
    "moved": "sent at a time that a person had chosen anew",
    "networks": "networks",
    "languages": "languages",
    "described": "of {all} pictures and films have a description for people who can't see them",
    "timeline": "When",
    "timeline_day": "Published each day",
    "timeline_week": "Published each week, by its Monday",
    "timeline_month": "Published each month",
    "by_network": "Where",
    "by_network_title": "Published on each network",
    "by_language": "In which languages",
    "by_language_title": "Published in each language",
    "as_table": "The same as a table",
    "chart": "Bars, the longest is {most}: {name} with {number}.",
    "chart_empty": "No bars: nothing was published.",
    "period": "Period",
    "network": "Network",
    "language": "Language",
    "account": "Account",
    "time": "Time",
    "text": "Text",
    "late": "Late by",
    "out": "What went out",
    "where": "see it",
    "removed": "(text removed from the record)",
    "taken_back": "later taken back",
    "more": "And {number} more. All of them: campaign log --campaign {campaign}",
    "left": "What did not go out",
    "state": "What became of it",
    "why": "Why",
    "all_out": "Everything that was due went out.",
    "overrides": "Safeguarding rules that people let pass",
    "no_overrides": "None.",
    "rule": "Rule",
    "words": "Words",
    "by": "Decided by",
    "reason": "Reason",
    "posts": "Posts",
    "people": "Approved and reviewed",
    "approved": "approved before it went out",
    "reviewed": "reviewed after it went out",
    "who": "Who",
    "how": "How to read this",
    "how_rows": "The figures are those of the record (campaign log --campaign {campaign} --json). Each part of a "
    "thread counts. Times are those of {zone}.",
    "how_roles": "People appear by their role, not by name.",
    "how_late": "Quiet hours, and what a person moved, are not late: lateness counts from the time at which a post was "
    "to go out.",
    "state_pending": "waiting to be sent",
    "state_held": "waiting for a person",
    "state_sending": "being sent",
    "state_uncertain": "may be published",
    "state_failed": "not published",
    "state_missed": "too late, not sent",
    "state_cancelled": "cancelled",
    "state_quiet": "not sent, on a quiet day",
}

_INDONESIAN = {
    "title": "Laporan",
    "of": "Yang terbit dari {first} sampai {last}.",
    "nothing": "Belum ada yang waktunya tiba.",
    "made": "Dibuat pada {day} dari catatan tentang apa yang diterbitkan.",
    "skip": "Langsung ke laporan",
    "figures": "Ringkasan",
    "published": "diterbitkan",
    "not_published": "tidak atau belum terbit",
    "withdrawn": "kemudian ditarik kembali",
    "on_time": "tepat waktu",
    "on_time_is": "paling lambat {minutes} menit setelah waktu yang direncanakan",
    "median": "terlambat, nilai tengah (median)",
    "worst": "terlambat, paling lama",
    "moved": "dikirim pada waktu yang dipilih ulang oleh seseorang",
    "networks": "jejaring",
    "languages": "bahasa",
    "described": "dari {all} gambar dan film memiliki deskripsi bagi orang yang tidak dapat melihatnya",
    "timeline": "Kapan",
    "timeline_day": "Diterbitkan setiap hari",
    "timeline_week": "Diterbitkan setiap minggu, menurut hari Seninnya",
    "timeline_month": "Diterbitkan setiap bulan",
    "by_network": "Di mana",
    "by_network_title": "Diterbitkan di setiap jejaring",
    "by_language": "Dalam bahasa apa",
    "by_language_title": "Diterbitkan dalam setiap bahasa",
    "as_table": "Yang sama sebagai tabel",
    "chart": "Batang, yang terpanjang {most}: {name} dengan {number}.",
    "chart_empty": "Tidak ada batang: tidak ada yang diterbitkan.",
    "period": "Periode",
    "network": "Jejaring",
    "language": "Bahasa",
    "account": "Akun",
    "time": "Waktu",
    "text": "Teks",
    "late": "Terlambat",
    "out": "Yang terbit",
    "where": "lihat",
    "removed": "(teks dihapus dari catatan)",
    "taken_back": "kemudian ditarik kembali",
    "more": "Dan {number} lagi. Semuanya: campaign log --campaign {campaign}",
    "left": "Yang tidak terbit",
    "state": "Apa yang terjadi",
    "why": "Alasan",
    "all_out": "Semua yang waktunya tiba telah terbit.",
    "overrides": "Aturan perlindungan yang dilewatkan oleh orang",
    "no_overrides": "Tidak ada.",
    "rule": "Aturan",
    "words": "Kata-kata",
    "by": "Diputuskan oleh",
    "reason": "Alasan",
    "posts": "Kiriman",
    "people": "Disetujui dan ditinjau",
    "approved": "disetujui sebelum terbit",
    "reviewed": "ditinjau setelah terbit",
    "who": "Siapa",
    "how": "Cara membaca laporan ini",
    "how_rows": "Angka-angkanya sama dengan catatan (campaign log --campaign {campaign} --json). Setiap bagian utas "
    "dihitung. Waktu menurut {zone}.",
    "how_roles": "Orang disebut menurut perannya, bukan namanya.",
    "how_late": "Jam tenang, dan yang dipindahkan oleh seseorang, bukan keterlambatan: keterlambatan dihitung dari "
    "waktu kiriman itu seharusnya terbit.",
    "state_pending": "menunggu dikirim",
    "state_held": "menunggu seseorang",
    "state_sending": "sedang dikirim",
    "state_uncertain": "mungkin sudah terbit",
    "state_failed": "tidak terbit",
    "state_missed": "terlambat, tidak dikirim",
    "state_cancelled": "dibatalkan",
    "state_quiet": "tidak dikirim, pada hari hening",
}

LANGUAGES = {"en": _ENGLISH, "id": _INDONESIAN}
"""Language -> the page's own words."""

_UNITS = {"en": ("s", "min", "h", "d"), "id": ("dtk", "mnt", "jam", "hari")}


def duration(length: timedelta, language: str) -> str:
    """``12 s``, ``3 min``, ``2 h 5 min``, ``1 d 3 h``: the two largest units, from a minute on without seconds."""
    seconds = round(length.total_seconds())
    second, minute, hour, day = _UNITS[language]
    if seconds < 60:
        return f"{seconds} {second}"
    days, rest = divmod(seconds // 60, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, day), (hours, hour), (minutes, minute)]
    first = next(index for index, (number, _) in enumerate(parts) if number)
    return " ".join(f"{number} {unit}" for number, unit in parts[first : first + 2] if number)
