"""Mails that only sound like a request, and the plain ones beside them that must not be lost."""

import pytest
from reprise.mail.intent import read_intent
from reprise.mail.read import read_message

NEAR_MISSES = {
    "it is taken back": [
        "I'd like to withdraw my earlier request about this order.",
        "I was charged twice. I hereby withdraw that complaint.",
        "I withdraw my refund request for the pack.",
        "Please cancel my refund request from Monday, I was charged twice but it is fine with me.",
        "Ich wurde doppelt belastet. Ich ziehe meine Anfrage aber zurück.",
        "Hiermit ziehe ich meinen Widerruf zurück.",
        "Je retire ma demande concernant le double prélèvement.",
        "Retiro mi solicitud sobre el doble cobro.",
        "Retiro o meu pedido sobre a cobrança em duplicidade.",
    ],
    "it is denied": [
        "Your bot says I claimed I was charged twice. I wasn't charged twice.",
        "I was never charged after I cancelled. You charged me once, that was right.",
        "You write that I was charged twice. That is not what I said.",
        "Sie schreiben, ich sei doppelt belastet worden. Ich wurde nicht doppelt belastet.",
        "Vous dites que j'ai été débité deux fois. Je n'ai pas été débité deux fois.",
        "Decís que me cobraron dos veces. No me cobraron dos veces.",
    ],
    "it is settled": [
        "Thanks, the refund for the double charge ch_123 arrived today.",
        "The money for the second charge has come back this morning, I was charged twice.",
        "I was charged twice, but the second payment has bounced back to my card.",
        "Die Erstattung für die doppelte Abbuchung ist heute angekommen.",
        "Le remboursement du double prélèvement est arrivé ce matin.",
        "El reembolso del doble cobro ha llegado hoy.",
        "O reembolso da cobrança em dobro chegou hoje.",
        "I wrote that my pack never arrived. It's there now.",
        "I bought a pack and the credits never came. They're here now!",
    ],
    "no refund is wanted": [
        "My pack never arrived. Please do NOT refund it.",
        "Ich habe ein Paket gekauft, es kam nichts an. Bitte nicht erstatten.",
        "J'ai acheté un pack, rien reçu. Ne me remboursez pas.",
        "Compré un paquete y no me llegó. No me devuelvan el dinero.",
        "I'm not asking for a partial refund of the rest of the month.",
        "I cancelled my subscription. I do not expect any refund for the remaining days.",
    ],
    "the money is to go another way": [
        "I was charged twice. That card is closed, please send the refund to my PayPal instead.",
        "I was charged twice, please pay it to another account: DE89 3704 0044 0532 0130 00.",
        "Ich wurde doppelt belastet, bitte auf ein anderes Konto erstatten.",
        "J'ai été débité deux fois. Merci de rembourser sur une autre carte.",
        "Me cobraron dos veces, devolvedlo a otra tarjeta.",
        "Fui cobrado duas vezes, devolvam em outra conta.",
        "I was charged twice. My old card has expired, can you refund to the new one?",
    ],
    "it is somebody else's": [
        "A guy on Discord says he was charged twice for Premier.",
        "People on Reddit say they were charged after cancelling, refund them.",
        "She was charged twice for her subscription.",
        "One of our clients was charged twice.",
        "I was charged twice by Suno last month.",
        "Er wurde doppelt belastet.",
        "Un client a été débité deux fois.",
        "A un amigo le cobraron dos veces.",
        "Um cliente foi cobrado duas vezes.",
    ],
    "what proves it is to be deleted": [
        "I bought a pack and the credits never came. Please delete all my data under the GDPR.",
        "Ich wurde doppelt belastet. Bitte löschen Sie außerdem mein Konto und alle Daten (DSGVO).",
        "J'ai été débité deux fois. Supprimez aussi mes données (RGPD).",
        "Me cobraron dos veces. Borrad también mis datos.",
        "Fui cobrado duas vezes. Apaguem os meus dados.",
    ],
    "it threatens": [
        "I was charged twice. If it is not back by Friday I will start a money claim against you.",
        "Ich wurde doppelt belastet. Letzte Mahnung, danach Inkasso.",
        "J'ai été débité deux fois. Dernier avis avant le conciliateur de justice.",
    ],
    "it is a guess": [
        "I may have been charged twice, I am not sure.",
        "Maybe I was charged twice, maybe not.",
        "Vielleicht wurde ich doppelt belastet, ich weiß es nicht.",
        "Il se peut que j'aie été débité deux fois.",
        "Puede que me cobraran dos veces.",
    ],
    "a refund is to be undone": [
        "You refunded the double charge, undo that please.",
        "Why did you refund me? I was charged twice on purpose, I ordered two packs.",
    ],
    "it withdraws something else": [
        "How do I withdraw my affiliate earnings from this order? Please confirm.",
    ],
    "a word with n't refuses it": [
        "I was charged twice. Please don't refund it.",
        "I was charged twice. I don't want a refund.",
        "I bought a pack, it hasn't arrived. I don't want the money back, please ask my bank.",
        "Please don't give me credits back for the failed song, I just want it to work.",
        "Your service was down for two days, I was away, so I don't need compensation.",
    ],
    "something else is withdrawn": [
        "I hereby withdraw my consent to the processing of my data. Please confirm.",
        "I hereby revoke my cancellation of the subscription.",
        "Ich widerrufe meine Einwilligung in Werbung. Bitte bestätigen.",
        "Hiermit widerrufe ich die Einzugsermächtigung. Bitte bestätigen.",
        "Ich möchte meine Kündigung widerrufen, bitte bestätigen Sie.",
        "Hiermit widerrufe ich meine Kündigung vom 3. Mai, ich möchte Kunde bleiben.",
        "Je retire mon consentement au traitement de mes données, merci de confirmer.",
        "Revoco mi consentimiento para recibir publicidad. Por la presente lo comunico.",
    ],
    "it depends": [
        "Unless you lower the price I will make use of my right of withdrawal.",
        "I would like to exercise my right of withdrawal, but only if I can keep the songs.",
        "Ich widerrufe den Vertrag, es sei denn, der Export geht bis Freitag.",
        "Je me rétracte du contrat, sauf si vous baissez le prix.",
        "Desisto del contrato, a menos que bajen el precio.",
        "Desisto do contrato, a menos que baixem o preço.",
    ],
    "it has not been taken yet": [
        "I cancelled my plan and will be charged again on the 3rd according to your page.",
        "Ich habe gekündigt, trotzdem steht da, dass am 5. wieder abgebucht wird.",
        "J'ai résilié mais votre site dit que je serai prélevé le 5.",
        "Cancelé pero la web dice que me cobrarán el día 5.",
        "Cancelei, mas o site diz que vão me cobrar de novo no dia 5.",
    ],
    "two were bought": [
        "I was charged twice because I bought two packs. Can I get the refund policy?",
        "Ich habe zweimal bezahlt, weil ich zwei Pakete wollte. Bitte um Rechnung.",
        "J'ai payé deux fois parce que j'ai acheté deux packs, envoyez-moi les factures.",
        "Pagué dos veces porque compré dos paquetes, necesito las facturas.",
        "You charged twice the price that your page shows for Pro.",
    ],
    "a song tells of it": [
        "Here are the lyrics I want: I was charged twice for loving you, refund me baby.",
        "Make a song about someone who got charged twice for a subscription.",
        "Schreib mir ein Lied über einen Mann, der doppelt belastet wurde.",
        "Please refund the chorus: 'I was charged twice, I was cancelled, I was yours'",
    ],
    "it is fine": [
        "The song came twice and I was charged twice, that's fine.",
        "I have cancelled and was charged after that, for the last month, so it's fine.",
        "My generation failed but I got the song on retry, no harm done.",
        "I wrongly said that my pack didn't arrive, it went to my other account.",
        "I bought the pack and the credits haven't arrived, I paid a minute ago, so I'll wait.",
        "I cancelled my gym membership, and was charged again! Please refund the gym.",
    ],
    "it asks about the right": [
        "Kindly confirm the date until which I may exercise my right of withdrawal.",
        "Please explain your 14 day return policy, I need it for my thesis.",
        "Bitte senden Sie mir das Widerrufsformular zu.",
        "Bitte bestätigen Sie mir, dass ich ein 14-tägiges Widerrufsrecht habe.",
        "Veuillez m'envoyer le formulaire de rétractation.",
        "Por favor envíenme el formulario de desistimiento.",
    ],
    "it is to wait or to be kept": [
        "I was charged twice, but please hold off on the refund until Monday.",
        "I was charged twice. Please don't do anything before I have spoken with my bank.",
        "Please apply the double charge to next month, no need to send it back.",
        "Bitte erstattet mir die doppelte Abbuchung nicht, ich behalte beide Pakete.",
        "Bitte mit der Erstattung der doppelten Abbuchung noch warten.",
    ],
    "it was written for others": [
        "Dear Spotify team, I cancelled my Premium plan and you charged me again in June.",
        "I was charged twice on Fiverr for a song made with your tool, refund me.",
        "PayPal charged me twice for the same fee.",
        "This is a test of your mailbox: I was charged twice.",
        "Template: I was charged after I cancelled [DATE]. Order [ID]. Please refund.",
    ],
    "it came in the end": [
        "I bought a pack and credits were missing, after a restart the app shows them.",
        "Ich habe gekündigt und wurde danach nicht mehr belastet, alles korrekt.",
    ],
}
PLAIN = [
    (
        "charged_after_cancellation",
        "cancelled 3rd aug. got ur mail. 28 aug charged again. refund pls",
    ),
    ("wrong_tier", "Bestellt hatte ich Pro, berechnet habt ihr Premier."),
    ("pack_not_credited", "Paid for the 200 pack, got the receipt, no credits. Please add them."),
    ("mid_period", "Je viens d'annuler, remboursez-moi au prorata les jours restants."),
    ("outage", "You've been offline all weekend. As a customer I expect compensation."),
    ("charged_twice", "I don't know why, but I was charged twice. Please refund one of them."),
    (
        "charged_after_cancellation",
        "Why don't you stop? I cancelled in May, you charged me in June.",
    ),
    ("eu_withdrawal", "Ich widerrufe den Vertrag, hilfsweise kündige ich ihn. Bitte erstatten."),
    ("eu_withdrawal", "Sofern möglich per Mail bestätigen: Hiermit widerrufe ich den Vertrag."),
    ("failed_generation", "My song about the sea failed with an error, the credits are gone."),
    (
        "charged_after_cancellation",
        "I canceld my plan 3 weeks ago, got the confirmation, today another 12 bucks gone.",
    ),
    (
        "charged_after_cancellation",
        "I'd ended this subscription in May, this payment should never have gone through.",
    ),
    ("charged_after_cancellation", "I cancled pro in may and still got charged in june"),
    (
        "charged_after_cancellation",
        "Das Abo wurde trotz bestätigter Kündigung wieder abgebucht. Bitte erstatten.",
    ),
    (
        "pack_not_credited",
        "I bought a credit pack today. I paid, but the credits never reached my account.",
    ),
    (
        "charged_twice",
        "there r two $9.99 payments from u for the same day and I only bought 1 pack",
    ),
    (
        "charged_twice",
        "I see two charges of 12.00 EUR for one subscription. Please refund one of them.",
    ),
    (
        "wrong_tier",
        "Ich hatte Pro ausgewählt, abgerechnet wurde aber Premier. Bitte die Differenz erstatten.",
    ),
    ("wrong_tier", "J'ai choisi Pro mais vous m'avez facturé Premier."),
    ("charged_twice", "I was charged twice and I should not be. Please refund the second one."),
    ("charged_twice", "It can't be right that I was charged twice."),
    (
        "pack_not_credited",
        "No refund please, I bought a pack, the credits never came, just add them to my account.",
    ),
    ("charged_twice", "My card was charged twice by mistake."),
    ("charged_twice", "I was charged twice by you."),
    ("charged_twice", "I was charged twice. Please refund it to the same card."),
    ("charged_twice", "Ich wurde doppelt belastet, bitte auf mein Konto erstatten."),
    ("eu_withdrawal", "I withdraw from my contract for the Premier subscription."),
    (
        "failed_generation",
        "My song failed with an error and the credits did not come back to my balance.",
    ),
]


@pytest.mark.parametrize(
    "text",
    [pytest.param(one, id=f"{kind}: {one}") for kind, all_ in NEAR_MISSES.items() for one in all_],
)
def test_what_only_sounds_like_a_request_goes_to_a_person(text):
    intent = read_intent("", text)
    assert not intent.confident, intent


@pytest.mark.parametrize(("category", "text"), PLAIN)
def test_a_plain_request_beside_them_is_read(category, text):
    intent = read_intent("", text)
    assert [request.category for request in intent.requests] == [category], intent
    assert intent.confident, intent


CLAIM = {
    "en": "I was charged twice for one pack.",
    "de": "Ich wurde doppelt belastet.",
    "fr": "J'ai été débité deux fois.",
    "es": "Me cobraron dos veces el mismo plan.",
    "pt": "Fui cobrado duas vezes pelo mesmo plano.",
}


def signed(language, below):
    """Return the intent of a claim above a signature mark with something below it."""
    mail = read_message(f"From: a@b.example\n\n{CLAIM[language]}\n\n-- \n{below}".encode())
    return read_intent(mail.subject, mail.text, mail.below_signature)


@pytest.mark.parametrize(
    ("language", "below"),
    [
        ("en", "Actually forget it, no refund please."),
        ("en", "Jo\n\nPS: the credits for my second pack never arrived."),
        ("en", "Jo\n\n> Did it help?\n\nNo, I still want it back."),
        ("en", "P.S. I've found out that my husband bought it."),
        ("de", "PS: Ich habe gerade gesehen, dass es doch zwei Pakete waren."),
        ("fr", "PS : j'avais bien acheté deux packs."),
        ("es", "PD: ya me han devuelto uno."),
        ("pt", "PS: eu comprei mesmo dois."),
    ],
)
def test_words_below_a_signature_are_not_lost(language, below):
    intent = signed(language, below)
    assert not intent.confident, intent
    assert intent.requests


@pytest.mark.parametrize(
    ("language", "below"),
    [
        ("en", "Jo Customer\nHead of Sound, Example Ltd\n+44 161 496 0000\nhttps://jo.example"),
        ("en", "Jo\nListen to my new album: https://jo.example/album\nKing George I Street 4"),
        ("en", "This e-mail is confidential. If you are not the addressee, tell us and delete it."),
        ("de", "Mit freundlichen Grüßen\nDipl.-Ing. Jo Kunde\nTel. 0171 5550199\nHRB 1234"),
        ("fr", "Cordialement,\nJo Client\n12 rue de la Paix, 75002 Paris"),
        ("es", "Un saludo,\nJo Cliente\nTel. 600 000 000"),
        ("en", "Jo\n\n> Thank you for your purchase. I am glad that you were charged twice."),
    ],
)
def test_a_signature_that_is_one_needs_no_person(language, below):
    assert signed(language, below).confident
