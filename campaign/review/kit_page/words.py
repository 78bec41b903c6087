"""What the pages of a kit say by themselves, in Indonesian and English."""

from __future__ import annotations

from datetime import date, datetime

from campaign.networks.feed_page.words import date_text, month_name

_ENGLISH = {
    "title": "Partner kit",
    "skip": "Skip to the texts",
    "intro": "Texts and pictures for organisations that join in, from {org}.",
    "intro_plain": "Texts and pictures for organisations that join in.",
    "until": "Use this copy until {day}.",
    "made": "It was made on {day}.",
    "until_why": "After that its help lines, figures and links have to be looked at again: ask for a new kit.",
    "old": "This copy is too old. Please use nothing of it, and ask for a new kit.",
    "late": "{number} texts are planned after that day: you will need a newer kit for them.",
    "contents": "Contents",
    "languages": "Other languages",
    "how": "How to use it",
    "own_words": "Say it in your own words.",
    "own_words_why": "When many accounts post the same words, networks take it for spam and hide it. Every text "
    "comes in several wordings: choose one, change it so that it sounds like you, and post it at a time of your own.",
    "do": "Please do",
    "dont": "Please don't",
    "texts": "Texts",
    "texts_hint": "The dates are those of the campaign. Characters are counted as each network counts them.",
    "when": "When",
    "save": "Save the picture",
    "alt": "Description for people who can't see the picture. Paste it where the network asks for alt text.",
    "alt_of": "Description of picture {number}, {title}",
    "copy_alt": "Copy the description",
    "for_networks": "For",
    "wording": "Wording",
    "part": "part {part} of {parts}",
    "warning": "Content warning to put in front",
    "length": "Length",
    "of": "of",
    "copy_it": "Copy",
    "copied": "Copied",
    "not_copied": "It could not be copied. The text is selected: copy it by hand.",
    "hashtags": "Hashtags",
    "files": "Calendar and files",
    "calendar": "Calendar of the posts (ICS)",
    "sheet": "All texts as a table (CSV)",
    "tools_hint": "For tools that plan posts. Look at every post there before it goes out.",
    "sets": "Take one set only. Does the name of your organisation begin with A to I? Set 1. With J to R? Set 2. With "
    "S to Z? Set 3. With anything else? Choose freely. So not everybody says the same.",
    "set_number": "set {number}",
    "tools_limits": "Times are those of the campaign's zone ({zone}). Hootsuite's dates are month/day/year. The files "
    "hold no pictures: add them, with their descriptions, in the tool. Threads are only in Publer's files (as "
    "comments) and on this page. An apostrophe before a text is there so that no spreadsheet takes it for a formula: "
    "take it away before you post.",
    "sources": "Where it comes from",
    "lines": "Help lines in these texts",
    "checked": "Checked on {day}; this counts until {until}.",
    "page": "Official page",
    "no_lines": "These texts name no phone number. Where they speak of help, they give a link to a page.",
    "facts": "Figures in these texts",
    "source": "Source",
    "fact_until": "To be looked at again by {day}.",
    "ask": "Whom to ask",
    "ask_hint": "Is something wrong, or do you want to change a figure or a help line? Ask:",
    "mail": "E-mail",
    "event": "Post",
    "event_text": "Open the kit, choose one of its wordings and say it in your own words.",
    "event_old": "The kit is too old from tomorrow on: ask for a new one",
}
_INDONESIAN = {
    "title": "Paket mitra",
    "skip": "Langsung ke teks",
    "intro": "Teks dan gambar untuk organisasi yang ikut serta, dari {org}.",
    "intro_plain": "Teks dan gambar untuk organisasi yang ikut serta.",
    "until": "Pakai salinan ini sampai {day}.",
    "made": "Dibuat pada {day}.",
    "until_why": "Setelah itu, layanan bantuan, angka, dan tautannya harus diperiksa lagi: mintalah paket yang baru.",
    "old": "Salinan ini sudah kedaluwarsa. Mohon jangan dipakai lagi, dan mintalah paket yang baru.",
    "late": "{number} teks dijadwalkan setelah tanggal itu: untuk teks itu diperlukan paket yang lebih baru.",
    "contents": "Isi",
    "languages": "Bahasa lain",
    "how": "Cara memakainya",
    "own_words": "Sampaikan dengan kata-kata Anda sendiri.",
    "own_words_why": "Kalau banyak akun mengunggah kata-kata yang sama, jejaring sosial menganggapnya spam dan "
    "menyembunyikannya. Setiap teks tersedia dalam beberapa versi: pilih satu, ubah sampai terasa seperti suara Anda, "
    "lalu unggah pada waktu Anda sendiri.",
    "do": "Lakukan",
    "dont": "Hindari",
    "texts": "Teks",
    "texts_hint": "Tanggalnya mengikuti kampanye. Jumlah karakter dihitung seperti cara tiap jejaring menghitungnya.",
    "when": "Waktu",
    "save": "Simpan gambar",
    "alt": "Deskripsi untuk orang yang tidak dapat melihat gambarnya. Tempelkan di kolom teks alternatif (alt).",
    "alt_of": "Deskripsi gambar {number}, {title}",
    "copy_alt": "Salin deskripsi",
    "for_networks": "Untuk",
    "wording": "Versi",
    "part": "bagian {part} dari {parts}",
    "warning": "Peringatan isi yang ditaruh di depan",
    "length": "Panjang",
    "of": "dari",
    "copy_it": "Salin",
    "copied": "Tersalin",
    "not_copied": "Tidak bisa disalin otomatis. Teksnya sudah dipilih: salin dengan tangan.",
    "hashtags": "Tagar",
    "files": "Kalender dan berkas",
    "calendar": "Kalender unggahan (ICS)",
    "sheet": "Semua teks dalam tabel (CSV)",
    "tools_hint": "Untuk alat penjadwal unggahan. Periksa setiap unggahan di sana sebelum terbit.",
    "sets": "Ambil satu set saja. Nama organisasi Anda berawalan A sampai I? Set 1. J sampai R? Set 2. S sampai Z? "
    "Set 3. Huruf atau angka lain? Bebas memilih. Dengan begitu tidak semua orang mengunggah kata-kata yang sama.",
    "set_number": "set {number}",
    "tools_limits": "Jam mengikuti zona waktu kampanye ({zone}). Tanggal untuk Hootsuite ditulis bulan/hari/tahun. "
    "Berkasnya tidak memuat gambar: tambahkan gambar beserta deskripsinya di alat itu. Utas hanya ada di berkas Publer "
    "(sebagai komentar) dan di halaman ini. Tanda petik tunggal di depan teks mencegah lembar sebar membacanya "
    "sebagai rumus: hapus sebelum diunggah.",
    "sources": "Sumber isi",
    "lines": "Layanan bantuan dalam teks ini",
    "checked": "Diperiksa pada {day}; berlaku sampai {until}.",
    "page": "Halaman resmi",
    "no_lines": "Teks ini tidak memuat nomor telepon. Bila menyebut bantuan, teksnya memberi tautan ke sebuah halaman.",
    "facts": "Angka dalam teks ini",
    "source": "Sumber",
    "fact_until": "Harus diperiksa lagi paling lambat {day}.",
    "ask": "Kontak",
    "ask_hint": "Ada yang keliru, atau ingin mengubah angka atau layanan bantuan? Hubungi:",
    "mail": "Surel",
    "event": "Unggah",
    "event_text": "Buka paketnya, pilih salah satu versi, lalu sampaikan dengan kata-kata Anda sendiri.",
    "event_old": "Mulai besok paket ini kedaluwarsa: mintalah yang baru",
}
_DOS = {
    "en": (
        "Keep figures, help lines and links exactly as they are.",
        "Keep “may be a sign, not proof” wherever signs are named.",
        "Add the description to every picture.",
        "Listen to whoever answers you, and name the help line. What happens next is their choice.",
        "Take a post down when we ask you to: then something in it was wrong or no longer right.",
    ),
    "id": (
        "Biarkan angka, layanan bantuan, dan tautan persis seperti tertulis.",
        "Pertahankan kalimat “bisa menjadi tanda, bukan bukti” setiap kali menyebut tanda-tanda.",
        "Sertakan deskripsi pada setiap gambar.",
        "Dengarkan orang yang membalas Anda, lalu sebutkan layanan bantuannya. Langkah berikutnya pilihan mereka.",
        "Hapus unggahan kalau kami memintanya: berarti ada yang keliru atau tidak berlaku lagi.",
    ),
}
_DONTS = {
    "en": (
        "Don't name or show anybody who may have been trafficked, and don't name suspects.",
        "Don't shorten or track links that lead to help.",
        "Don't add pictures of chains, ropes, injuries or frightened children.",
        "Don't ask people to tell their story in public, and don't look into cases yourself.",
        "Don't post the same words from several accounts.",
    ),
    "id": (
        "Jangan menyebut atau menampilkan orang yang mungkin menjadi korban, dan jangan menyebut nama terduga pelaku.",
        "Jangan memendekkan atau melacak tautan yang menuju bantuan.",
        "Jangan menambahkan gambar rantai, tali, luka, atau anak yang ketakutan.",
        "Jangan meminta orang bercerita di depan umum, dan jangan menyelidiki sendiri.",
        "Jangan mengunggah kata-kata yang sama dari beberapa akun.",
    ),
}
NETWORKS = {
    "bluesky": "Bluesky",
    "discord": "Discord",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "mastodon": "Mastodon",
    "matrix": "Matrix",
    "nostr": "Nostr",
    "slack": "Slack",
    "telegram": "Telegram",
    "threads": "Threads",
    "wordpress": "WordPress",
    "x": "X",
}
"""Networks by the names that people know. Those of ours that are no place for a partner have a word instead."""
_OWN = {
    "en": {
        "email": "E-mail",
        "feed": "Website",
        "handoff": "WhatsApp and other places",
        "webhook": "Other places",
    },
    "id": {
        "email": "Surel",
        "feed": "Situs web",
        "handoff": "WhatsApp dan tempat lain",
        "webhook": "Tempat lain",
    },
}


def interface(language: str) -> str:
    """The language in which the page of a language speaks itself: English where it is neither."""
    return language if language in _DOS else "en"


def words(language: str) -> dict[str, str]:
    """The page's own words."""
    return _INDONESIAN if language == "id" else _ENGLISH


def dos(language: str) -> tuple[str, ...]:
    """What partners are asked to do."""
    return _DOS[interface(language)]


def donts(language: str) -> tuple[str, ...]:
    """What partners are asked not to do (the rules of our domain research: SG01, SG03, SG11, SG24, SG29)."""
    return _DONTS[interface(language)]


def network_name(network: str, language: str) -> str:
    """A network as people call it."""
    return _OWN[interface(language)].get(network) or NETWORKS.get(network, network)


def day_text(day: date, language: str) -> str:
    """``30 July 2027``, ``30 Juli 2027``."""
    return f"{day.day} {month_name(day.year, day.month, interface(language))}"


def moment_text(moment: datetime, language: str) -> str:
    """``30 July 2027, 08:00 WIB``."""
    return date_text(moment, interface(language))
