"""What the pages say by themselves, in English and Indonesian, side by side: one that is missing is seen at once.

What the program says elsewhere (reasons, problems, hints) is English; the pages mark it as that, so that a screen
reader speaks it right.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "id")
NAMES = {"en": "English", "id": "Bahasa Indonesia"}


def words(language: str) -> Mapping[str, str]:
    """The words of a page."""
    return _BY_LANGUAGE[language]


_WORDS: dict[str, tuple[str, str]] = {
    # -- around every page --
    "skip": ("Skip to the content", "Langsung ke isi"),
    "nav": ("Pages", "Halaman"),
    "leaf": ("Leaf through", "Pindah halaman"),
    "language": ("Language", "Bahasa"),
    "nav_now": ("Now", "Sekarang"),
    "nav_calendar": ("Calendar", "Kalender"),
    "nav_upcoming": ("Coming up", "Akan terbit"),
    "nav_log": ("Log", "Catatan"),
    "nav_approvals": ("Approvals", "Persetujuan"),
    "nav_pause": ("Pause", "Jeda"),
    "nav_help": ("Help", "Bantuan"),
    "signed_in_as": ("Signed in as {handle} ({role})", "Masuk sebagai {handle} ({role})"),
    "sign_out": ("Sign out", "Keluar"),
    "to_start": ("To the first page", "Ke halaman awal"),
    "broken_files": (
        "The newest files can't be used, so these pages show the ones before:",
        "Berkas terbaru tidak dapat dipakai, jadi halaman ini menampilkan yang sebelumnya:",
    ),
    "role_viewer": ("may look", "boleh melihat"),
    "role_reviewer": ("reviewer", "peninjau"),
    "role_approver": ("approver", "penyetuju"),
    "role_coordinator": ("coordinator", "koordinator"),
    "today": ("Today", "Hari ini"),
    "yesterday": ("Yesterday", "Kemarin"),
    "all": ("All", "Semua"),
    "show": ("Show", "Tampilkan"),
    "account": ("Account", "Akun"),
    "campaign": ("Campaign", "Kampanye"),
    "state": ("State", "Status"),
    "posts": ("{number} posts", "{number} unggahan"),
    "posts_1": ("1 post", "1 unggahan"),
    "more": ("and {number} more", "dan {number} lagi"),
    # -- signing in --
    "sign_in": ("Sign in", "Masuk"),
    "sign_in_intro": (
        "Whoever looks after this campaign has given you a token: a long row of letters. Paste it here.",
        "Pengelola kampanye ini telah memberi Anda sebuah token: deretan huruf yang panjang. Tempelkan di sini.",
    ),
    "token": ("Token", "Token"),
    "sign_in_link": (
        "The link from your terminal lets you in as {handle}. It works once; the terminal shows the next one.",
        "Tautan dari terminal membuka halaman ini sebagai {handle}. Tautan hanya berlaku sekali; terminal menampilkan "
        "yang berikutnya.",
    ),
    "sign_in_terminal": (
        "On this machine: open the link that campaign web shows in the terminal.",
        "Di komputer ini: buka tautan yang ditampilkan campaign web di terminal.",
    ),
    "sign_in_wrong": (
        "This token is not known here, or it was revoked. Was all of it copied?",
        "Token ini tidak dikenal di sini, atau sudah dicabut. Apakah tersalin seluruhnya?",
    ),
    "sign_in_wrong_link": (
        "This link was used already, or the program was started anew since. The terminal shows the newest one.",
        "Tautan ini sudah dipakai, atau program sudah dijalankan ulang. Terminal menampilkan yang terbaru.",
    ),
    # -- when something is refused --
    "error_refused": ("That was not done", "Itu tidak dilakukan"),
    "error_missing_title": ("There is no such page", "Halaman ini tidak ada"),
    "error_missing": (
        "Perhaps the address was cut off, or the post was renamed.",
        "Mungkin alamatnya terpotong, atau unggahannya berganti nama.",
    ),
    "error_origin": (
        "The form did not come from these pages. Open the page anew and try again.",
        "Formulir ini tidak berasal dari halaman ini. Buka lagi halamannya lalu coba sekali lagi.",
    ),
    "error_form": (
        "The form is from an earlier visit. Open the page anew and try again.",
        "Formulir ini dari kunjungan sebelumnya. Buka lagi halamannya lalu coba sekali lagi.",
    ),
    "error_session": (
        "You are not signed in any more. Sign in, then try again.",
        "Anda sudah tidak masuk. Masuklah, lalu coba sekali lagi.",
    ),
    "error_right": (
        "You may not do that here. Whoever looks after this campaign can change what you may do.",
        "Anda tidak boleh melakukannya di sini. Pengelola kampanye dapat mengubah hak Anda.",
    ),
    "error_too_often": (
        "Too many tries. Wait a quarter of an hour, and copy the token anew.",
        "Terlalu banyak percobaan. Tunggu seperempat jam, lalu salin tokennya lagi.",
    ),
    "error_too_large": ("That is too long.", "Itu terlalu panjang."),
    "error_later": (
        "This does not work just now. Try again in a while, or ask whoever runs these pages.",
        "Ini sedang tidak berfungsi. Coba lagi nanti, atau tanyakan kepada pengelola halaman ini.",
    ),
    "error_other": ("The request could not be understood.", "Permintaan tidak dapat dipahami."),
    "error_bug": (
        "This is a bug in campaign ({name}). Nothing is lost. The terminal says where the report is.",
        "Ini kesalahan dalam campaign ({name}). Tidak ada yang hilang. Terminal menyebut letak laporannya.",
    ),
    # -- now --
    "needs_a_person": ("This needs a person", "Ini perlu seseorang"),
    "all_well": ("All is well", "Semua baik"),
    "nothing_to_do": ("Nothing needs a person.", "Tidak ada yang perlu dilakukan."),
    "running_next": (
        "Posts go out. The next one: {when}. Still to come today: {today}.",
        "Unggahan berjalan. Berikutnya: {when}. Sisa hari ini: {today}.",
    ),
    "running_nothing": ("The program runs; nothing is planned.", "Program berjalan; belum ada rencana."),
    "not_running": ("Nothing is running.", "Tidak ada yang berjalan."),
    "not_running_next": (
        "The next post, {when}, will not go out. Start it: campaign run",
        "Unggahan berikutnya, {when}, tidak akan terbit. Jalankan: campaign run",
    ),
    "not_running_today": (
        "{number} posts of today will not go out, the next one {when}. Start it: campaign run",
        "{number} unggahan hari ini tidak akan terbit, berikutnya {when}. Jalankan: campaign run",
    ),
    "not_running_today_1": (
        "1 post of today will not go out, {when}. Start it: campaign run",
        "1 unggahan hari ini tidak akan terbit, {when}. Jalankan: campaign run",
    ),
    "nothing_planned": (
        "Nothing is running, and nothing is planned.",
        "Tidak ada yang berjalan atau direncanakan.",
    ),
    "group_barred": ("Not sent, for it could do harm", "Tidak dikirim karena bisa merugikan"),
    "hint_barred": (
        "It goes out by itself once what it says is mended, if it is not too late by then.",
        "Terbit sendiri begitu isinya dibetulkan, jika belum terlambat.",
    ),
    "group_overdue": ("Overdue", "Lewat waktu"),
    "hint_overdue": (
        "campaign run sends them, as long as they are not too late.",
        "campaign run mengirimnya, selama belum terlambat.",
    ),
    "group_uncertain": ("May be published: please look", "Mungkin sudah terbit: tolong lihat"),
    "hint_uncertain": (
        "Look whether it is online. Then somebody says so on the terminal: campaign resolve KEY",
        "Lihat apakah sudah daring. Lalu seseorang menyatakannya di terminal: campaign resolve KEY",
    ),
    "group_failed": ("Not published", "Tidak terbit"),
    "hint_failed": (
        "On the terminal: campaign retry KEY, or: campaign resolve KEY",
        "Di terminal: campaign retry KEY, atau: campaign resolve KEY",
    ),
    "group_held": ("Waiting for a person", "Menunggu seseorang"),
    "hint_held": (
        "On the terminal: campaign resolve KEY, or: campaign cancel KEY",
        "Di terminal: campaign resolve KEY, atau: campaign cancel KEY",
    ),
    "group_to_withdraw": ("Still online, to be withdrawn", "Masih daring, harus ditarik"),
    "hint_to_withdraw": ("On the terminal: campaign withdraw KEY", "Di terminal: campaign withdraw KEY"),
    "group_missed": ("Too late, not sent (last 24 hours)", "Terlambat, tidak dikirim (24 jam terakhir)"),
    "hint_missed": (
        "campaign retry KEY sends one after all.",
        "campaign retry KEY tetap mengirimnya.",
    ),
    "group_quiet": ("Kept back on a quiet day (last 24 hours)", "Ditahan pada hari tenang (24 jam terakhir)"),
    "hint_quiet": ("Nothing has to be done.", "Tidak perlu tindakan."),
    "group_unplanned": ("Overdue, nothing was running", "Lewat waktu, tidak ada yang berjalan"),
    "hint_unplanned": (
        "campaign run sends what is not too late.",
        "campaign run mengirim yang belum terlambat.",
    ),
    "group_parked": ("Accounts that do not work", "Akun yang tidak berfungsi"),
    "hint_parked": ("On the terminal: campaign accounts check", "Di terminal: campaign accounts check"),
    "tried_again": ("Tried again {when}.", "Dicoba lagi {when}."),
    "group_problems": ("Problems in the files", "Masalah dalam berkas"),
    "hint_problems": ("campaign check says more.", "campaign check menjelaskan lebih banyak."),
    "group_waiting": ("Waiting; nothing has to be done", "Menunggu; tidak perlu tindakan"),
    # -- states --
    "state_planned": ("planned", "direncanakan"),
    "state_quiet": ("not sent: quiet day", "tidak dikirim: hari tenang"),
    "state_pending": ("waiting to be sent", "menunggu dikirim"),
    "state_held": ("waiting for a person", "menunggu seseorang"),
    "state_sending": ("being sent", "sedang dikirim"),
    "state_uncertain": ("may be published: please look", "mungkin sudah terbit: tolong lihat"),
    "state_sent": ("published", "terbit"),
    "state_failed": ("not published", "tidak terbit"),
    "state_missed": ("too late, not sent", "terlambat, tidak dikirim"),
    "state_cancelled": ("cancelled", "dibatalkan"),
    "withdrawn": ("withdrawn", "ditarik"),
    "to_withdraw": ("to be withdrawn", "harus ditarik"),
    "about_pending": (
        "Its time has come, and it goes out as soon as it may.",
        "Waktunya sudah tiba, dan terbit begitu boleh.",
    ),
    "about_held": (
        "It goes nowhere until somebody decides, or what is wrong with it is mended.",
        "Tidak terbit sampai seseorang memutuskan, atau sampai kesalahannya dibetulkan.",
    ),
    "about_sending": ("It is on its way to the network right now.", "Sedang dalam perjalanan ke jaringan."),
    "about_uncertain": (
        "The network gave no certain answer. Look there first; do not post it by hand.",
        "Jaringan tidak memberi jawaban pasti. Lihat dulu di sana; jangan unggah dengan tangan.",
    ),
    "about_sent": ("It is out; its story says where.", "Sudah terbit; ceritanya menyebut di mana."),
    "about_failed": ("The network refused it, for good.", "Jaringan menolaknya untuk seterusnya."),
    "about_missed": (
        "It would have come too late, so it stayed.",
        "Akan datang terlambat, jadi tidak dikirim.",
    ),
    "about_cancelled": ("Somebody took it out.", "Seseorang membatalkannya."),
    # -- calendar --
    "this_month": ("This month", "Bulan ini"),
    "this_week": ("This week", "Minggu ini"),
    "week": ("Week of", "Minggu"),
    "week_before": ("The week before", "Minggu sebelumnya"),
    "week_after": ("The week after", "Minggu berikutnya"),
    "as_week": ("As a week", "Per minggu"),
    "as_month": ("As a month", "Per bulan"),
    "calendar_caption": ("Posts of {month}, Monday to Sunday", "Unggahan {month}, Senin sampai Minggu"),
    "calendar_cut": (
        "There are more posts here than a calendar can show. The weeks show more of them.",
        "Unggahan di sini lebih banyak daripada yang dapat ditampilkan. Tampilan minggu menunjukkan lebih banyak.",
    ),
    "no_posts_day": ("No posts.", "Tidak ada unggahan."),
    "no_posts_week": (
        "No posts are planned in these days.",
        "Tidak ada unggahan yang direncanakan pada hari-hari ini.",
    ),
    # -- a post --
    "content_warning": ("Content warning:", "Peringatan isi:"),
    "alt": ("Description:", "Deskripsi:"),
    "no_alt": ("NO DESCRIPTION", "TANPA DESKRIPSI"),
    "film": ("(a film)", "(sebuah film)"),
    "length": ("{used} of {limit} characters", "{used} dari {limit} karakter"),
    "length_free": ("{used} characters", "{used} karakter"),
    "level_error": ("Error:", "Kesalahan:"),
    "level_warn": ("Warning:", "Peringatan:"),
    "level_advice": ("Advice:", "Saran:"),
    "part": ("part {part} of {parts}", "bagian {part} dari {parts}"),
    "thread": ("Parts of the thread", "Bagian utas"),
    "its_text": ("Text and pictures", "Teks dan gambar"),
    "removed": ("(text removed)", "(teks dihapus)"),
    "removed_by": ("The text was removed by {who}, {when}.", "Teks dihapus oleh {who}, {when}."),
    "no_text_yet": ("Its text is made when it is due.", "Teksnya dibuat saat waktunya tiba."),
    "let_pass": ("Let pass: {rule}, by {who}: {reason}", "Let pass: {rule}, by {who}: {reason}"),
    "story": ("What is known", "Yang diketahui"),
    "key": ("Key", "Kunci"),
    "published_at": ("Published", "Terbit"),
    "address": ("Address", "Alamat"),
    "in_a_folder": ("a folder of the machine that posts", "folder di komputer yang mengunggah"),
    "not_before": ("Not before", "Tidak sebelum"),
    "until": ("Until", "Sampai"),
    "any_time": ("any time", "kapan saja"),
    "attempts": ("What was tried", "Yang dicoba"),
    "happened": ("What happened", "Yang terjadi"),
    "outcome_sent": ("published", "terbit"),
    "outcome_retry": ("not accepted, to be tried again", "tidak diterima, akan dicoba lagi"),
    "outcome_refused": ("refused", "ditolak"),
    "outcome_parked": ("the account does not work", "akun tidak berfungsi"),
    "outcome_handed": ("handed to a person", "diserahkan kepada seseorang"),
    "outcome_unknown": ("no certain answer", "tidak ada jawaban pasti"),
    "outcome_orphaned": (
        "the program ended before an answer came",
        "program berhenti sebelum jawaban datang",
    ),
    "outcome_none": ("no answer yet", "belum ada jawaban"),
    "event_planned": ("planned", "direncanakan"),
    "event_composed": ("its text was made", "teksnya dibuat"),
    "event_cancel": ("cancelled", "dibatalkan"),
    "event_moved": ("moved", "dipindah"),
    "event_again": ("to be sent after all", "tetap akan dikirim"),
    "event_hold": ("stopped", "ditahan"),
    "event_release": ("let go", "dilepas"),
    "event_resolve-published": ("said to be published", "dinyatakan terbit"),
    "event_resolve-not-published": ("said not to be published", "dinyatakan tidak terbit"),
    "event_resolve-give-up": ("given up", "tidak diteruskan"),
    "event_found": ("found on the network", "ditemukan di jaringan"),
    "event_absent": (
        "looked for, and certainly not on the network",
        "dicari, dan pasti tidak ada di jaringan",
    ),
    "event_doubled": ("PUBLISHED TWICE", "TERBIT DUA KALI"),
    "event_withdraw": ("to be withdrawn", "harus ditarik"),
    "event_withdrawing": ("the network was asked to delete it", "jaringan diminta menghapusnya"),
    "event_withdrawn": ("gone from the network", "hilang dari jaringan"),
    "event_not-withdrawn": ("still there, or nobody knows", "masih ada, atau tidak diketahui"),
    "event_approved": ("approved", "disetujui"),
    "event_rejected": ("rejected", "ditolak"),
    "event_reviewed": ("looked at: all right", "dilihat: benar"),
    "event_flagged": ("looked at: something is wrong", "dilihat: ada yang salah"),
    "event_flag-closed": ("what was wrong is dealt with", "yang salah sudah ditangani"),
    "event_web-token-added": ("a token for the browser was made", "token untuk peramban dibuat"),
    "event_web-token-revoked": ("a token for the browser was revoked", "token untuk peramban dicabut"),
    "event_redacted": ("its text was removed", "teksnya dihapus"),
    # -- log --
    "quick": ("Days", "Hari"),
    "filter": ("Choose", "Pilih"),
    "from_day": ("From", "Dari"),
    "to_day": ("To", "Sampai"),
    "older": ("Older posts", "Unggahan lebih lama"),
    "newest": ("The newest posts", "Unggahan terbaru"),
    "log_none": ("No post is like that.", "Tidak ada unggahan seperti itu."),
    "log_empty": ("Nothing was due so far.", "Belum ada yang waktunya tiba."),
    "log_cut": (
        "None of the newest posts is like that. Look further back:",
        "Tidak ada unggahan terbaru seperti itu. Cari lebih jauh ke belakang:",
    ),
    "log_cut_more": ("Perhaps there are more further back:", "Mungkin ada lagi lebih jauh ke belakang:"),
    "export": ("Export the week", "Ekspor minggu ini"),
    "export_hint": (
        "Roles stand in it instead of names.",
        "Di dalamnya tertulis peran, bukan nama.",
    ),
    "export_page": ("As a page with pictures", "Sebagai halaman bergambar"),
    "export_table": ("As a table (CSV)", "Sebagai tabel (CSV)"),
    "export_too_many": (
        "This week has more than {number} posts, too many for these pages",
        "Minggu ini lebih dari {number} unggahan, terlalu banyak untuk halaman ini",
    ),
    # -- review --
    "review": ("Review", "Tinjauan"),
    "looked_not-yet": ("Not reviewed yet", "Belum ditinjau"),
    "looked_flagged": ("Something is wrong", "Ada yang salah"),
    "flag_open": ("something is wrong", "ada yang salah"),
    "not_reviewed": ("not reviewed yet", "belum ditinjau"),
    "not_reviewed_yet": ("Nobody has looked at it yet.", "Belum ada yang meninjaunya."),
    "reviewed_by": ("reviewed by {who}", "ditinjau oleh {who}"),
    "mark_ok": ("all right", "benar"),
    "mark_flag": ("something is wrong", "ada yang salah"),
    "mark_close": ("dealt with", "sudah ditangani"),
    "mark_right": ("I have looked: it is all right", "Sudah saya lihat: semuanya benar"),
    "something_wrong": ("Something is wrong", "Ada yang salah"),
    "what_is_wrong": ("What is wrong?", "Apa yang salah?"),
    "flag_it": ("Tell the team", "Beri tahu tim"),
    "no_names": (
        "No names of people: what you write stays in the log.",
        "Jangan tulis nama orang: tulisan Anda tersimpan di catatan.",
    ),
    "what_was_done": ("What was done about “{flag}”?", "Apa yang dilakukan tentang “{flag}”?"),
    "close_flag": ("It is dealt with", "Sudah ditangani"),
    "checklist": ("What to look at", "Yang perlu dilihat"),
    "done_review_ok": ("Thank you: marked as reviewed.", "Terima kasih: ditandai sudah ditinjau."),
    "done_review_flag": (
        "Thank you: it is flagged, and stays on the first page until somebody has dealt with it.",
        "Terima kasih: sudah ditandai, dan tetap di halaman pertama sampai ada yang menanganinya.",
    ),
    "done_review_close": ("Marked as dealt with.", "Ditandai sudah ditangani."),
    "group_flagged": ("Reviewers found something wrong", "Peninjau menemukan kesalahan"),
    "hint_flagged": (
        "Look at it, mend it, then mark it as dealt with.",
        "Lihat, betulkan, lalu tandai sudah ditangani.",
    ),
    # -- approvals --
    "approvals_about": (
        "Whoever approves says: I have read this, and it may go out as it stands here. Any change asks again.",
        "Yang menyetujui menyatakan: sudah saya baca, dan boleh terbit seperti ini. Setiap perubahan ditanyakan lagi.",
    ),
    "approvals_none": (
        "Nothing of the next {days} days lacks approval.",
        "Tidak ada yang belum disetujui dalam {days} hari ke depan.",
    ),
    "approved_so_far": (
        "Approved by {who}; {number} more have to.",
        "Disetujui oleh {who}; perlu {number} lagi.",
    ),
    "approved_so_far_1": (
        "Approved by {who}; one more person has to.",
        "Disetujui oleh {who}; perlu satu orang lagi.",
    ),
    "rejected_by": ("Rejected by {who}:", "Ditolak oleh {who}:"),
    "link": ("Link:", "Tautan:"),
    "goes_to": ("Goes to:", "Dikirim ke:"),
    "changed_since": ("Changed since it was approved", "Berubah sejak disetujui"),
    "what": ("What", "Apa"),
    "was": ("Approved", "Disetujui"),
    "is": ("Now", "Sekarang"),
    "do_approve": ("approve it as it stands here", "setujui seperti ini"),
    "do_reject": ("reject it", "tolak"),
    "reject_why": ("If rejected: what has to be mended?", "Jika ditolak: apa yang harus dibetulkan?"),
    "approve_errors": (
        "It can't be approved while it has errors.",
        "Tidak dapat disetujui selama ada kesalahan.",
    ),
    "approve_already": ("You have approved it already.", "Anda sudah menyetujuinya."),
    "approve_not-needed": ("Nobody has to approve it.", "Tidak perlu disetujui."),
    "approve_changed": (
        "It was changed since you opened the page. Read it again.",
        "Isinya berubah sejak Anda membuka halaman. Baca sekali lagi.",
    ),
    "approve_closed": (
        "It is out, on its way, or given up by now.",
        "Sudah terbit, sedang dikirim, atau tidak diteruskan.",
    ),
    "approval": ("Approval", "Persetujuan"),
    "vote_approved": ("approved", "disetujui"),
    "vote_rejected": ("rejected", "ditolak"),
    "group_unapproved": ("Waiting for approval", "Menunggu persetujuan"),
    "hint_unapproved": (
        "They do not go out before somebody has approved them:",
        "Tidak terbit sebelum disetujui:",
    ),
    # -- pause --
    "paused_banner": ("PAUSED:", "DIJEDA:"),
    "paused_is": ("Paused", "Dijeda"),
    "paused_was": ("The pause is over", "Jeda sudah berakhir"),
    "not_paused": ("Nothing is paused.", "Tidak ada yang dijeda."),
    "scope_everything": ("everything", "semuanya"),
    "scope_campaign": ("campaign", "kampanye"),
    "scope_account": ("account", "akun"),
    "scope_language": ("language", "bahasa"),
    "scope_tag": ("tag", "tagar"),
    "by": ("By", "Oleh"),
    "reason": ("Reason", "Alasan"),
    "since": ("Since", "Sejak"),
    "until_when": ("until {when}", "sampai {when}"),
    "until_ended": ("until somebody ends it", "sampai seseorang mengakhirinya"),
    "fell_in": ("Fell into it", "Tertahan"),
    "still_wanted": (
        "This pause is a day old, or more. Is it still wanted?",
        "Jeda ini sudah sehari atau lebih. Apakah masih diperlukan?",
    ),
    "keep_pause": ("Yes, go on pausing", "Ya, tetap jeda"),
    "end_pause": ("End the pause", "Akhiri jeda"),
    "end_hint": (
        "Nothing goes out by that: what fell into the pause waits below until you decide about each post.",
        "Tidak ada yang terkirim karena itu: yang tertahan menunggu di bawah sampai Anda memutuskan satu per satu.",
    ),
    "fell_title": ("Fell into a pause", "Tertahan oleh jeda"),
    "fell_hint": (
        "Read each one as if the news of today stood beside it. What you leave at “later” stays held.",
        "Baca masing-masing dengan berita hari ini di benak Anda. Yang dibiarkan “nanti” tetap ditahan.",
    ),
    "fell_changed": (
        "The files say something else now than when it was due: that is what is shown.",
        "Isi berkas sudah berbeda dari saat jatuh tempo: inilah yang ditampilkan.",
    ),
    "late_word": ("“{word}” was written for {when}", "“{word}” ditulis untuk {when}"),
    "what_now": ("What shall become of it?", "Apa yang harus dilakukan?"),
    "do_later": ("decide later", "putuskan nanti"),
    "do_send": ("send it now", "kirim sekarang"),
    "do_skip": ("skip it, for good", "lewati, untuk seterusnya"),
    "do_move": ("move it", "pindahkan"),
    "do_move_when": ("Move to ({zone})", "Pindah ke ({zone})"),
    "decide": ("Do this", "Lakukan"),
    "decided_failed": (
        "{number} posts could not be done: see below.",
        "{number} unggahan gagal: lihat di bawah.",
    ),
    "decided_failed_1": ("1 post could not be done: see below.", "1 unggahan gagal: lihat di bawah."),
    "no_time": ("say when: a day and a time", "tulis kapan: hari dan jam"),
    "done_paused": (
        "Paused. Nothing of it goes out any more.",
        "Dijeda. Tidak ada lagi yang dikirim darinya.",
    ),
    "done_pause_kept": ("Noted: the pause goes on.", "Dicatat: jeda berlanjut."),
    "done_pause_ended": (
        "The pause is over. Now decide about each post that fell into it.",
        "Jeda berakhir. Sekarang putuskan setiap unggahan yang tertahan.",
    ),
    "done_decided": ("Done.", "Selesai."),
    "done_decided_nothing": ("Nothing was changed.", "Tidak ada yang diubah."),
    "pause_now": ("Pause now", "Jeda sekarang"),
    "pause_more": ("Another pause", "Jeda lain"),
    "pause_about": (
        "Stops posting within a second, on every machine. What falls due is kept; nothing goes out by itself later.",
        "Menghentikan unggahan dalam satu detik, di semua komputer. Yang jatuh tempo disimpan; tidak ada yang terkirim "
        "sendiri kemudian.",
    ),
    "pause_reason": ("Why?", "Mengapa?"),
    "pause_part": ("Only a part of it", "Hanya sebagian"),
    "pause_part_hint": (
        "Nothing chosen: everything. Several of one kind: any of them. Several kinds: what is all of that.",
        "Tanpa pilihan: semuanya. Beberapa dari satu jenis: salah satunya. Beberapa jenis: yang memenuhi semuanya.",
    ),
    "pause_end": ("With an end", "Dengan batas waktu"),
    "pause_until": ("Until ({zone})", "Sampai ({zone})"),
    "pause_until_hint": (
        "The end means that somebody looks, not that posts go out.",
        "Batas waktu berarti seseorang memeriksa, bukan unggahan terkirim.",
    ),
    "pause_button": ("Pause", "Jeda"),
    "group_after_pause": ("Fell into a pause that has ended", "Tertahan oleh jeda yang sudah berakhir"),
    "hint_after_pause": (
        "Decide about each on the page “Pause”.",
        "Putuskan satu per satu di halaman “Jeda”.",
    ),
    "group_in_pause": ("Fell into a pause", "Tertahan oleh jeda"),
    "hint_in_pause": (
        "They wait on purpose. When the pause ends, somebody decides about each.",
        "Memang ditahan. Saat jeda berakhir, seseorang memutuskan satu per satu.",
    ),
    # -- help --
    "help_intro": (
        "These pages show what this campaign posts on social networks: what went out, what is coming, and what needs "
        "somebody. What is posted stands in files that the team writes; here it is looked at, reviewed and decided.",
        "Halaman ini menampilkan apa yang diunggah kampanye ini di media sosial: yang sudah terbit, yang akan terbit, "
        "dan yang memerlukan seseorang. Isinya berasal dari berkas yang ditulis tim; di sini dilihat, ditinjau dan "
        "diputuskan.",
    ),
    "help_pages": ("The pages", "Halaman-halaman"),
    "help_now": (
        "What needs somebody comes first. If nothing does, the page says so.",
        "Yang memerlukan seseorang tampil paling atas. Jika tidak ada, halaman menyatakannya.",
    ),
    "help_calendar": (
        "A month or a week: what was, is and will be posted.",
        "Sebulan atau seminggu: semua unggahan.",
    ),
    "help_upcoming": (
        "The texts of the coming days, as each network will show them.",
        "Teks hari-hari mendatang, seperti tampil di setiap jaringan.",
    ),
    "help_log": (
        "What became of every post, the newest first. Each one has a story: when, where, who decided.",
        "Nasib setiap unggahan, terbaru di atas. Masing-masing punya cerita: kapan, di mana, siapa yang memutuskan.",
    ),
    "help_approvals": (
        "What has to be approved before it goes out, as it will go out.",
        "Yang harus disetujui sebelum terbit, persis seperti akan terbit.",
    ),
    "help_pause": (
        "Stops everything, or a part, when the news turns; and afterwards goes through what was held.",
        "Menghentikan semuanya atau sebagian saat keadaan berubah; lalu memeriksa yang tertahan.",
    ),
    "help_states": ("What the words mean", "Arti kata-katanya"),
    "help_you": ("What you may do here", "Yang boleh Anda lakukan di sini"),
    "may_look": ("look at everything", "melihat semuanya"),
    "may_review": ("review posts", "meninjau unggahan"),
    "may_approve": ("approve or reject posts", "menyetujui atau menolak unggahan"),
    "may_pause": ("pause and resume", "menghentikan sementara dan melanjutkan"),
    "may_not": ("not you", "tidak untuk Anda"),
    "help_privacy": ("What is kept of your visit", "Yang disimpan dari kunjungan Anda"),
    "help_privacy_text": (
        "Two cookies: that you have signed in (until you sign out, 12 hours at most), and your language. What you "
        "decide goes into the log with your handle. Nothing else is counted, and nothing is loaded from elsewhere.",
        "Dua kuki: bahwa Anda sudah masuk (sampai Anda keluar, paling lama 12 jam), dan bahasa Anda. Keputusan Anda "
        "masuk catatan beserta nama panggilan Anda. Selain itu tidak ada yang dihitung atau dimuat dari tempat lain.",
    ),
}

_BY_LANGUAGE = {
    code: {name: texts[number] for name, texts in _WORDS.items()} for number, code in enumerate(LANGUAGES)
}
