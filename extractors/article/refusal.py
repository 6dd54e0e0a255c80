"""Pages that have text and are no articles: not found, consent and log-in walls, listings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.article.reading import Block
from extractors.article.text import word_count
from extractors.boilerplate.places import is_prose
from extractors.metadata.clues import Clues

MIN_WORDS = 12  # a flash of news has more; a caption or a teaser has less
MAX_WALL_WORDS = 250  # a page that says so in more words is an article on the subject
MIN_LISTED = 8  # headlines that lead elsewhere, from which a page may be a listing
MIN_HEADLINE_CHARS = 25
MIN_HEADLINE_WORDS = (
    5  # a menu's "Search Engine Optimization (SEO)" has fewer; scripts without spaces have one
)
LISTED_PER_PARAGRAPH = 3  # of these for each running paragraph

MIN_CONSENT_WORDS, WORDS_PER_CONSENT = (
    2,
    30,
)  # "cookies", "consent", "personal data": in an article on them rarer
MIN_PROSE_CHARS = 500  # a text with more than a few sentences is an article, whatever stands around it

_NOT_FOUND = re.compile(
    r"\b404\b|page (?:not|can(?:no|')t be) found|not found|no longer (?:available|exists?)|"
    r"doesn.t exist|does not exist|seite (?:wurde )?nicht gefunden|nicht gefunden|nicht (?:mehr )?verfügbar|"
    r"introuvable|"
    r"página no encontrada|no encontrad[ao]|pagina non trovata|non trovata|página não encontrada|não encontrad[ao]|"
    r"niet gevonden|hittades inte|ikke funnet|ikke fundet|ei löytynyt|nie znaleziono|nenalezena|"
    r"не найдена|не знайдено|bulunamadı|غير موجودة|לא נמצא|見つかりません|찾을 수 없습니다|页面不存在|找不到",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"\bcookies?\b|\bconsent\b|privacy (?:policy|settings|choices)|personali[sz]ed (?:ads|content)|vendors|"
    r"personal data|your privacy|"
    r"einwilligung|datenschutz|zustimmen|werbung und (?:inhalte|tracking)|consentement|traceurs|consentimiento|"
    r"consenso|toestemming|samtycke|samtykke|zgod[aęy]|согласие|çerez|クッキー|쿠키",
    re.IGNORECASE,
)
_ACCEPT = re.compile(
    r"\b(?:accept|agree|reject|manage|continue|allow)\b|akzeptieren|ablehnen|accepter|refuser|aceptar|rechazar|"
    r"accetta|rifiuta|accepteren|godkänn|godta|zaakceptuj|принять|kabul|同意|동의",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"\b(?:log ?in|sign ?in|password|create (?:an )?account|verify you are human|enable javascript|"
    r"checking your browser|access denied|captcha|are you a robot)\b|anmelden|passwort|"
    r"mot de passe|connectez|contraseña|iniciar sesión|"
    r"parola d.ordine|wachtwoord|пароль|войдите|パスワード|비밀번호",
    re.IGNORECASE,
)
_ARTICLE_TYPES = re.compile(r"Article|Posting|Report|Review", re.IGNORECASE)


def refusal(title: str, text: str, clues: Clues, blocks: Sequence[Block]) -> str:
    """Why this is no article, in a few words; "" when it is one."""
    words = word_count(text)
    if words < MIN_WORDS:
        return f"next to no text ({words} words)" if words else "no text"
    if words < MAX_WALL_WORDS:
        wall = _wall(title, text, words)
        if wall:
            return wall
    return "a listing of other pages" if _is_listing(text, clues, blocks) else ""


def _wall(title: str, text: str, words: int) -> str:
    if _NOT_FOUND.search(title) or (words < MAX_WALL_WORDS / 3 and _NOT_FOUND.search(text)):
        return "a page that says it was not found"
    consents = len(_CONSENT.findall(text))
    if consents >= MIN_CONSENT_WORDS and _ACCEPT.search(text) and consents * WORDS_PER_CONSENT >= words:
        return "a consent wall"
    if words < MAX_WALL_WORDS / 2 and len(_LOGIN.findall(text)) >= 2:
        return "a log-in or robot wall"
    return ""


def _is_listing(text: str, clues: Clues, blocks: Sequence[Block]) -> bool:
    prose = sum(len(block) for block in text.split("\n\n") if len(block) >= 80 and is_prose(block))
    if prose >= MIN_PROSE_CHARS or any(_ARTICLE_TYPES.search(each) for each in clues.article_types):
        return False
    listed = sum(1 for block in blocks if block.link_share > 0.8 and _is_headline(block.text))
    running = sum(1 for block in blocks if block.is_running)
    return listed >= MIN_LISTED and listed >= LISTED_PER_PARAGRAPH * max(running, 1)


def _is_headline(text: str) -> bool:
    """Whether a link's text may be the headline of another article, and no item of a menu: those have few words."""
    words = text.count(" ") + 1
    return len(text) >= MIN_HEADLINE_CHARS and (words >= MIN_HEADLINE_WORDS or words == 1)
