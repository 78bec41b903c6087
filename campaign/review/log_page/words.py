"""What the page says by itself, in Indonesian and English."""

from __future__ import annotations

from campaign.core.lifecycle import State, say

LANGUAGES = ("en", "id")

_ENGLISH = {
    "title": "Posts to look at",
    "skip": "Skip to the posts",
    "made": "Made on {day}.",
    "intro": "Please open each post where it was published, look at it, and say here whether it is right. Nothing "
    "leaves "
    "this page until you save your marks and send the file.",
    "left_out": "{number} older posts are not on this page. Ask for a page of fewer days.",
    "none": "No post is on this page.",
    "no_script": "Here the page can only be read. To mark posts, open the file in a browser (Firefox, Chrome, "
    "Safari).",
    "look": "What to look at",
    "private": "Write no names of people, and nothing by which somebody could be recognised.",
    "by": "Your handle",
    "by_hint": "The short name by which your team knows you: small letters, digits and hyphens. Not your full name.",
    "posts": "Posts",
    "published": "Published on {when}: {network}, account {account}.",
    "not_out": "{say}: {network}, account {account}. It was to go out on {when}. Its text is not shown: it is "
    "not out.",
    "removed": "Its text was removed from the record.",
    "open": "Open the published post",
    "no_link": "It has no address on the web: look for it in the account.",
    "part": "Part {part} of {parts}",
    "warning": "Content warning",
    "alt": "Description of the picture",
    "no_alt": "It has no description.",
    "no_picture": "The picture {file} can't be shown here. Look at it in the published post.",
    "no_room": "The picture {file} is not on this page, which would become too large. Look at it in the "
    "published post.",
    "cut": "Only the beginning is shown. Read the rest in the published post.",
    "facts": "Figures that it cites",
    "source": "Source",
    "lines": "Help lines that it names",
    "looked": "Looked at before by: {names}.",
    "flagged": "Somebody has said that this is wrong:",
    "verdict": "Your mark",
    "later": "Not looked at yet",
    "ok": "All right",
    "flag": "Something is wrong",
    "wrong": "What is wrong? No names of people.",
    "count": "{number} of {all} marked",
    "save": "Save my marks",
    "saved": "Saved as {file}. Send this file to whoever sent you the page.",
    "instead": "Was no file saved? Then copy this text and send it instead.",
    "copy_of": "Your marks as text",
    "no_by": "Write your handle first: small letters, digits and hyphens.",
    "no_text": "Say what is wrong with this post.",
    "no_marks": "You have marked no post yet.",
    "many": "A file holds {most} marks at most. Save some, send them, and load the page anew.",
}
_INDONESIAN = {
    "title": "Unggahan untuk diperiksa",
    "skip": "Langsung ke unggahan",
    "made": "Dibuat pada {day}.",
    "intro": "Mohon buka setiap unggahan di tempat terbitnya, periksa, lalu tandai di sini apakah sudah benar. "
    "Tidak ada "
    "yang keluar dari halaman ini sampai Anda menyimpan tanda dan mengirim berkasnya.",
    "left_out": "{number} unggahan yang lebih lama tidak ada di halaman ini. Mintalah halaman untuk hari yang "
    "lebih sedikit.",
    "none": "Tidak ada unggahan di halaman ini.",
    "no_script": "Di sini halaman ini hanya bisa dibaca. Untuk menandai, buka berkasnya di peramban (Firefox, Chrome, "
    ""
    "Safari).",
    "look": "Yang perlu diperiksa",
    "private": "Jangan menulis nama orang atau hal lain yang membuat seseorang bisa dikenali.",
    "by": "Nama panggilan Anda",
    "by_hint": "Nama pendek yang dikenal tim Anda: huruf kecil, angka, dan tanda hubung. Bukan nama lengkap.",
    "posts": "Unggahan",
    "published": "Terbit pada {when}: {network}, akun {account}.",
    "not_out": "{say}: {network}, akun {account}. Dijadwalkan pada {when}. Teksnya tidak ditampilkan karena "
    "belum terbit.",
    "removed": "Teksnya sudah dihapus dari catatan.",
    "open": "Buka unggahan yang terbit",
    "no_link": "Tidak ada alamatnya di web: carilah di akunnya.",
    "part": "Bagian {part} dari {parts}",
    "warning": "Peringatan isi",
    "alt": "Deskripsi gambar",
    "no_alt": "Gambar ini tidak punya deskripsi.",
    "no_picture": "Gambar {file} tidak bisa ditampilkan di sini. Lihatlah di unggahan yang terbit.",
    "no_room": "Gambar {file} tidak dimuat supaya halaman ini tidak terlalu besar. Lihatlah di unggahan yang terbit.",
    "cut": "Hanya bagian awalnya yang ditampilkan. Bacalah selebihnya di unggahan yang terbit.",
    "facts": "Angka yang dikutip",
    "source": "Sumber",
    "lines": "Layanan bantuan yang disebut",
    "looked": "Sudah diperiksa oleh: {names}.",
    "flagged": "Sudah ada yang menandai bahwa ini keliru:",
    "verdict": "Tanda Anda",
    "later": "Belum diperiksa",
    "ok": "Sudah benar",
    "flag": "Ada yang keliru",
    "wrong": "Apa yang keliru? Jangan menulis nama orang.",
    "count": "{number} dari {all} sudah ditandai",
    "save": "Simpan tanda saya",
    "saved": "Tersimpan sebagai {file}. Kirim berkas ini kepada orang yang mengirim halaman ini.",
    "instead": "Tidak ada berkas yang tersimpan? Salin teks ini dan kirimkan sebagai gantinya.",
    "copy_of": "Tanda Anda sebagai teks",
    "no_by": "Tulis nama panggilan Anda dulu: huruf kecil, angka, dan tanda hubung.",
    "no_text": "Tulis apa yang keliru pada unggahan ini.",
    "no_marks": "Belum ada unggahan yang Anda tandai.",
    "many": "Satu berkas memuat paling banyak {most} tanda. Simpan sebagian, kirim, lalu muat ulang halaman ini.",
}
_STATES = {
    State.PENDING: "menunggu dikirim",
    State.HELD: "menunggu keputusan seseorang",
    State.SENDING: "sedang dikirim",
    State.UNCERTAIN: "mungkin sudah terbit: mohon diperiksa",
    State.SENT: "terbit",
    State.FAILED: "tidak terbit",
    State.MISSED: "terlambat, tidak dikirim",
    State.CANCELLED: "dibatalkan",
}
_WITHDRAWN = {"en": "It was withdrawn since.", "id": "Setelah itu unggahan ini ditarik."}
_TO_WITHDRAW = {"en": "It is to be withdrawn.", "id": "Unggahan ini akan ditarik."}


def words(language: str) -> dict[str, str]:
    """The page's own words, in one of LANGUAGES."""
    return _INDONESIAN if language == "id" else _ENGLISH


def state(of: State, reason: str, language: str) -> str:
    """A state as the beginning of a sentence. ``reason``: as the store has it, for quiet days."""
    said = say(of, reason)
    if language == "id":
        said = _STATES[of] if said == of.say else "tidak dikirim"
    return said[:1].upper() + said[1:]


def withdrawal(wanted: bool, done: bool, language: str) -> str:
    """Whether a post that was published was taken back, or is to be; "" where it is neither."""
    if done:
        return _WITHDRAWN[language]
    return _TO_WITHDRAW[language] if wanted else ""
