"""How mail clients announce what they quote, in the languages their users write in (data)."""

import re

# The verb at the end of an attribution line: "On Monday, Jane wrote:".
WROTE = (
    r"wrote|writes|posted|said|schrieb|geschrieben|hat geschrieben|a écrit|écrivait|ecrit|escribió|escribio"
    r"|escribis|escreveu|ha scritto|schreef|heeft (?:het volgende )?geschreven|skrev|skriver|napisał(?:\(a\)|a)?|pisze"
    r"|napsal(?:\(a\))?|írta|kirjoitti|yazdı|şunları yazdı|написал(?:\(а\)|а)?|пише|писал(?:\(а\)|а)?|írta|έγραψε"
    r"|写道|寫道|のメッセージ|さんは書きました|님이 작성|已寫道|已写道"
)
# How such a line begins, where it wraps and its start must be found.
ON = (
    r"on|am|le|el|em|il|op|den|w dniu|dnia|dne|på|the|at|a|lun|mar|mié|mie|jue|vie|sáb|sab|dom"
    r"|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|seg|ter|qua|qui|sex|\d{1,4}|понеділок|в|у|at"
)
# The first label of a quoted header block; further labels that must follow it.
FROM = r"from|von|de|da|van|od|från|fra|от|від|kimden|发件人|寄件者|差出人|lähettäjä|feladó|expéditeur|remitente|mittente"
LABELS = (
    r"sent|date|to|cc|subject|reply-to|gesendet|datum|an|betreff|kopie|envoyé|à|objet|cc|répondre à|enviado(?: el| em)?"
    r"|fecha|para|asunto|assunto|data|inviato|a|oggetto|verzonden|aan|onderwerp|wysłano|do|temat|skickat|till|ämne"
    r"|sendt|til|emne|отправлено|дата|кому|тема|надіслано|发送时间|收件人|主题|日期|件名|宛先|日時|送信日時"
)
# A line of its own above a forwarded or replied-to message that has no dashes around it.
BEGINS = (
    r"begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:réexpédié|transféré)"
    r"|inicio del mensaje reenviado|início da mensagem (?:encaminhada|reencaminhada)|inizio messaggio inoltrato"
    r"|original message|ursprüngliche nachricht|message d['’]origine|mensaje original|mensagem original"
    r"|forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|mensagem encaminhada"
)
SENT_FROM = (
    r"sent (?:from|with|via|by|using)|from my \w+|someone from mobile|get outlook for|envoyé (?:de|depuis|avec|à partir)"
    r"|enviado (?:desde|do|de|via|a partir|con)|obtener outlook|obter o outlook|(?:von|mit) mein\w{0,2} [\w -]{1,40}gesendet"
    r"|gesendet (?:von|mit|über)|diese nachricht wurde (?:von|mit)|holen sie sich outlook|outlook für|télécharger outlook"
    r"|obtenez outlook|verzonden (?:met|vanaf)|inviato da|skickat från|sendt fra|wysłan[eo] z|отправлено (?:с|из)"
    r"|lähetetty|從我的|从我的|iphone から"
)

FORWARD_RULE = re.compile(r"^\W{0,4}[-–—_=*]{2,}\s*[^\W\d_][^<>@]{2,70}?\s*[-–—_=*]{2,}\W{0,4}$")
BEGINS_LINE = re.compile(rf"^\W{{0,20}}(?:{BEGINS})\W{{0,20}}$", re.IGNORECASE)
WROTE_END = re.compile(
    rf"(?<!\w)(?:{WROTE})(?!\w)(?:[^\n]{{0,120}}[:：])?\s*(?:-{{3,}})?$|님이 작성", re.IGNORECASE
)
# Where an attribution that wraps may begin without one of the words above.
NAMED_START = re.compile(r"^[^\n]{0,100}(?:<[^<>\s]{1,80}@|\[mailto:)|^\W{0,3}\d{4}-\d\d-\d\d\s")
ON_START = re.compile(rf"^\W{{0,3}}(?:{ON})(?!\w)", re.IGNORECASE)
DATED_ADDRESS = re.compile(
    r"^\W{0,3}\d{4}[-/.年]\s?\d{1,2}[-/.月].{0,160}(?:<[^<>\s]+@[^<>\s]+>|\[mailto:\S+\]).{0,3}[:：]?$"
)
FROM_LINE = re.compile(rf"^[\s*_>]{{0,4}}(?:{FROM})\s?[*_]{{0,2}}\s?[:：][*_]{{0,2}}\s", re.IGNORECASE)
LABEL_LINE = re.compile(
    rf"^[\s*_>]{{0,4}}(?:{LABELS})\s?[*_]{{0,2}}\s?[:：][*_]{{0,2}}(?=\s|$)", re.IGNORECASE
)
SENT_FROM_LINE = re.compile(rf"^[\W_]{{0,4}}(?:{SENT_FROM})(?!\w).{{0,110}}$", re.IGNORECASE)
SENT_FROM_END = re.compile(r"^.{0,60}(?:gesendet|傳送|发送|geschickt)\W{0,3}$", re.IGNORECASE)
