"""Small talk is known for what it is, and a question for a question."""

import pytest

from assistant.query.courtesy import SmallTalk, small_talk

SMALL_TALK: dict[SmallTalk, list[str]] = {
    "greeting": ["Hello!", "hi there", "Good morning", "hey, how are you?", "Hi, how's it going?"],
    "thanks": ["thanks!", "Thank you very much for your help.", "ok thanks", "Great, thx", "no, thanks", "Cheers"],
    "farewell": ["bye", "Goodbye!", "Good night", "see you later", "That's all"],
    "acknowledgement": ["ok", "Yes", "no", "I see.", "Got it", "Perfect!", "very interesting", "Okay, understood."],
    "abilities": [
        "What can you do?",
        "what can you do for me",
        "Who are you?",
        "help",
        "Can you help me?",
        "How does this work?",
        "What can I ask you?",
        "hi, what kinds of questions can I ask?",
        "Are you a robot?",
    ],
    "documents": [
        "What are these documents about?",
        "Which documents do you have?",
        "what is in these files",
        "List the documents",
        "What do the documents cover?",
        "What can you tell me?",
    ],
}


@pytest.mark.parametrize(("kind", "message"), [(kind, text) for kind, texts in SMALL_TALK.items() for text in texts])
def test_small_talk_is_told_by_kind(kind: SmallTalk, message: str) -> None:
    assert small_talk(message) == kind


@pytest.mark.parametrize(
    "message",
    [
        "Are you sure?",
        "is that right",
        "What can we do about it?",
        "What should I do?",
        "What is this document about?",
        "Who are you quoting?",
        "What is the help desk's number?",
        "Thanks, and who built it?",
        "How does this pump work?",
        "What do you know about the dam?",
        "What documents do I need for a visa?",
        "Did she say thank you?",
        "no smoking",
        "good harvest",
        "Hello Kitty",
        "",
        "?!",
    ],
)
def test_small_talk_leaves_questions_alone(message: str) -> None:
    assert small_talk(message) is None
