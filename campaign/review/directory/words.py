"""What the directory's pages say by themselves, in English and Indonesian, and how they write days and names.

A page in another language shows the entries' texts in it, and its own words in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from campaign.core.hotlines import Group

ENGLISH = {
    "site": "Help and information",
    "skip": "Skip to the content",
    "language": "Language",
    "pages": "Pages",
    "exit": "Leave this page",
    "exit_about": "The button at the top opens another site at once; the Esc key pressed three times does the same. "
    "What you have opened before stays in the history of this device, except in a private window.",
    "help": "Find help",
    "help_intro": "Services that people can turn to, by country. Whether, when and whom you ask is for you to decide.",
    "danger": "If somebody is in danger now, the emergency number of the country you are in is the quickest way.",
    "doubt": "Have you noticed something? A sign may mean something else, and is no proof. Do not step in yourself and "
    "post nothing about it: ask a help line what to do.",
    "for": "For",
    "phone": "Phone",
    "whatsapp": "WhatsApp",
    "sms": "Text message",
    "web": "Website",
    "domestic": "from inside the country",
    "abroad": "from abroad",
    "hours": "Hours",
    "speaks": "Languages",
    "called": "contacted by us on {day}",
    "page": "read by us on its official page on {day}",
    "official": "Official page",
    "unconfirmed": "We have not contacted this service in the last {days} days, so no number stands here. Look for "
    "it on the official page.",
    "unopened": "We have not opened this page in the last {days} days.",
    "no_lines": "At the moment there is no service here that somebody has checked.",
    "facts": "What is known",
    "facts_intro": "Figures with their sources. Each must be looked at again by the day that stands below it.",
    "source": "Source",
    "review": "Holds until {day}, then somebody looks again.",
    "claims": "What we do not repeat",
    "claims_intro": "Claims that are often heard, and why they are not on these pages.",
    "instead": "What is known instead",
    "organisations": "Organisations",
    "organisations_intro": "Who helps, teaches, reports or does research. An entry here is no recommendation.",
    "formerly": "formerly",
    "where": "Where it works",
    "opened": "Its website was opened on {day}.",
    "archived": "Read in an archived copy on {day}; the website itself was not opened.",
    "runs": "Help line",
    "kind_help": "Help for people",
    "kind_rights": "Rights and ways out of poverty",
    "kind_education": "Education",
    "kind_media": "Media",
    "kind_research": "Research and data",
    "kind_action": "Something you can do",
    "suspects": "Why there is no list of suspects",
    "suspects_why": "Nobody is accused on these pages. Lists and posts that name people have led to attacks on "
    "innocent ones, warn those who are guilty, and endanger the people who were exploited. Whoever knows something "
    "tells a help line or the authorities, and nobody else.",
    "calendar": "Dates",
    "calendar_intro": "Days on which many speak of this, in the coming twelve months.",
    "subscribe": "Calendar file (ICS)",
    "no_days": "There are no dates here at the moment.",
    "made": "As of {day}.",
    "by": "Put together by {name}.",
    "private": "These pages set no cookies, count nobody and load nothing from elsewhere.",
    "json": "The same for programs (JSON)",
    "topic_": "More",
    "topic_scale": "How many people",
    "topic_trend": "What is changing",
    "topic_forms": "Forms",
    "topic_recruitment": "How people are drawn in",
    "topic_online-scams": "Online scams",
    "topic_migration": "Migration",
    "topic_children": "Children",
    "topic_gender": "Women and men",
    "topic_profits": "Profits",
    "topic_law": "Law",
}
INDONESIAN = {
    "site": "Bantuan dan informasi",
    "skip": "Langsung ke isi",
    "language": "Bahasa",
    "pages": "Halaman",
    "exit": "Tinggalkan halaman ini",
    "exit_about": "Tombol di atas langsung membuka situs lain; menekan tombol Esc tiga kali juga bisa. Halaman yang "
    "sudah Anda buka tetap tercatat di riwayat perangkat ini, kecuali di jendela privat.",
    "help": "Cari bantuan",
    "help_intro": "Layanan yang bisa dihubungi, menurut negara. Apakah, kapan, dan kepada siapa Anda bertanya, Anda "
    "yang menentukan.",
    "danger": "Jika ada orang yang sedang dalam bahaya, nomor darurat di negara tempat Anda berada adalah jalan "
    "tercepat.",
    "doubt": "Anda melihat sesuatu? Sebuah tanda bisa berarti lain dan bukan bukti. Jangan bertindak sendiri dan "
    "jangan mengunggah apa pun: tanyakan kepada layanan bantuan apa yang sebaiknya dilakukan.",
    "for": "Untuk",
    "phone": "Telepon",
    "whatsapp": "WhatsApp",
    "sms": "SMS",
    "web": "Situs web",
    "domestic": "dari dalam negeri",
    "abroad": "dari luar negeri",
    "hours": "Jam layanan",
    "speaks": "Bahasa",
    "called": "kami hubungi pada {day}",
    "page": "kami baca di halaman resminya pada {day}",
    "official": "Halaman resmi",
    "unconfirmed": "Dalam {days} hari terakhir kami belum menghubungi layanan ini, jadi nomornya tidak ditulis di "
    "sini. Silakan lihat halaman resminya.",
    "unopened": "Dalam {days} hari terakhir kami belum membuka halaman ini.",
    "no_lines": "Saat ini belum ada layanan yang sudah diperiksa.",
    "facts": "Yang diketahui",
    "facts_intro": "Angka beserta sumbernya. Setiap angka harus diperiksa lagi paling lambat pada tanggal yang "
    "tertulis di bawahnya.",
    "source": "Sumber",
    "review": "Berlaku sampai {day}, lalu diperiksa lagi.",
    "claims": "Yang tidak kami ulangi",
    "claims_intro": "Klaim yang sering terdengar, dan mengapa tidak ada di halaman ini.",
    "instead": "Yang diketahui sebagai gantinya",
    "organisations": "Organisasi",
    "organisations_intro": "Mereka yang membantu, mendidik, meliput, atau meneliti. Dicantumkan di sini bukan berarti "
    "direkomendasikan.",
    "formerly": "dahulu",
    "where": "Wilayah kerja",
    "opened": "Situsnya dibuka pada {day}.",
    "archived": "Dibaca dari salinan arsip pada {day}; situsnya sendiri belum dibuka.",
    "runs": "Layanan bantuan",
    "kind_help": "Bantuan bagi orang",
    "kind_rights": "Hak dan jalan keluar dari kemiskinan",
    "kind_education": "Pendidikan",
    "kind_media": "Media",
    "kind_research": "Riset dan data",
    "kind_action": "Yang bisa Anda lakukan",
    "suspects": "Mengapa di sini tidak ada nama orang yang dituduh",
    "suspects_why": "Tidak ada orang yang dituduh di halaman ini. Daftar dan unggahan yang menyebut nama pernah "
    "berujung pada pengeroyokan orang yang tidak bersalah, memberi peringatan kepada pelaku, dan membahayakan mereka "
    "yang dieksploitasi. Siapa pun yang mengetahui sesuatu cukup menyampaikannya kepada layanan bantuan atau aparat "
    "yang berwenang.",
    "calendar": "Tanggal",
    "calendar_intro": "Hari-hari ketika banyak orang membicarakan hal ini, dalam dua belas bulan ke depan.",
    "subscribe": "Berkas kalender (ICS)",
    "no_days": "Saat ini belum ada tanggal.",
    "made": "Per {day}.",
    "by": "Disusun oleh {name}.",
    "private": "Halaman ini tidak memasang kuki, tidak menghitung pengunjung, dan tidak memuat apa pun dari "
    "tempat lain.",
    "json": "Isi yang sama untuk program (JSON)",
    "topic_": "Lainnya",
    "topic_scale": "Berapa banyak orang",
    "topic_trend": "Yang berubah",
    "topic_forms": "Bentuk",
    "topic_recruitment": "Cara orang dijerat",
    "topic_online-scams": "Penipuan daring",
    "topic_migration": "Migrasi",
    "topic_children": "Anak",
    "topic_gender": "Perempuan dan laki-laki",
    "topic_profits": "Keuntungan",
    "topic_law": "Hukum",
}
_GROUPS = {
    "en": {
        Group.CHILDREN: "children",
        Group.MEN: "men",
        Group.MIGRANT_WORKERS: "migrant workers",
        Group.WOMEN: "women",
    },
    "id": {
        Group.CHILDREN: "anak",
        Group.MEN: "laki-laki",
        Group.MIGRANT_WORKERS: "pekerja migran",
        Group.WOMEN: "perempuan",
    },
}
_SPOKEN = {"en": ENGLISH, "id": INDONESIAN}


@dataclass(frozen=True, slots=True)
class Speech:
    """How a page speaks: ``language`` is that of its own words, en or id."""

    language: str

    @staticmethod
    def of(language: str) -> Speech:
        """The pages' own words in a language, or in English where they are not written in it."""
        return Speech(language if language in _SPOKEN else "en")

    @property
    def words(self) -> Mapping[str, str]:
        return _SPOKEN[self.language]

    def day(self, day: date) -> str:
        """``25 November 2026``."""
        from babel.dates import format_date

        return str(format_date(day, "long", locale=self._dates))

    def span(self, first: date, last: date) -> str:
        """One day, or ``25 November 2026 – 10 December 2026`` (Babel's intervals have short months only)."""
        return self.day(first) if first == last else f"{self.day(first)} – {self.day(last)}"

    @property
    def _dates(self) -> str:
        # Days before months, as nearly everywhere but in the United States.
        return "en_GB" if self.language == "en" else self.language

    def country(self, code: str) -> str:
        """The name of a country (ISO 3166 alpha-2, or EU)."""
        from babel import Locale

        return str(Locale(self.language).territories.get(code, code))

    def tongue(self, code: str) -> str:
        """The name of a language, or "" for what is no code of one."""
        from babel import Locale

        return str(Locale(self.language).languages.get(code.replace("-", "_"), ""))

    def groups(self, groups: frozenset[Group]) -> str:
        """``children, women``."""
        return ", ".join(_GROUPS[self.language][group] for group in sorted(groups))

    def topic(self, topic: str) -> str:
        """The heading of a topic: of ``region-xx`` the country's name."""
        kind, _, place = topic.partition("region-")
        if not kind and place:
            # The United Kingdom's code is GB; the facts say UK, as people do.
            return self.country({"UK": "GB"}.get(place.upper(), place.upper()))
        return self.words.get(f"topic_{topic}", self.words["topic_"])


def own_name(language: str) -> str:
    """A language as its speakers call it."""
    from babel import Locale, UnknownLocaleError

    if language == "id":
        return (
            "Bahasa Indonesia"  # CLDR says only "Indonesia", which is a country to whoever reads it in a menu
        )
    try:
        name = Locale.parse(language, sep="-").get_display_name()
    except (UnknownLocaleError, ValueError):
        return language
    return name[:1].upper() + name[1:] if name else language
