"""For LlamaIndex programs: our search as a retriever, our answers as a query engine, both with exact spans.

Importing this module imports ``llama_index.core``, which takes seconds; nothing else in the package does.
"""

from __future__ import annotations

import asyncio
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from assistant.api import ANYWHERE, Assistant
from assistant.types import Answer, Citation, DocumentMetadata, Filter, Passage

_FOR_MACHINES = ["source", "start", "end", "page", "rank", "marker"]


class AssistantRetriever(BaseRetriever):
    """A LlamaIndex retriever over an Assistant: each node is a passage, ``document.text[start:end] == node.text``."""

    def __init__(
        self,
        assistant: Assistant,
        limit: int = 10,
        where: Filter = ANYWHERE,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._assistant = assistant
        self._limit = limit
        self._where = where

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._assistant.search(query_bundle.query_str, self._limit, self._where)
        return [passage_node(passage) for passage in found]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class AssistantQueryEngine(BaseQueryEngine):
    """A LlamaIndex query engine that answers as an Assistant does.

    The response is the answer's text; its source nodes are the citations, one for each marker, verbatim. The whole
    ``Answer`` is in ``response.metadata["answer"]``; ``answer_of(response)`` returns it.
    """

    def __init__(
        self, assistant: Assistant, where: Filter = ANYWHERE, callback_manager: CallbackManager | None = None
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._assistant = assistant
        self._where = where

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        answer = self._assistant.ask(query_bundle.query_str, where=self._where)
        return Response(
            response=answer.text,
            source_nodes=[citation_node(citation, answer) for citation in answer.citations],
            metadata={
                "outcome": answer.outcome,
                "answerability": answer.answerability,
                "writer": answer.writer,
                "answer": answer.model_dump(mode="json"),
            },
        )

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return await asyncio.to_thread(self._query, query_bundle)

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """The passages an answer would be built from."""
        return AssistantRetriever(self._assistant, where=self._where).retrieve(query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def answer_of(response: RESPONSE_TYPE) -> Answer:
    """The Answer behind a response of ``AssistantQueryEngine``."""
    return Answer.model_validate((response.metadata or {})["answer"])


def passage_node(passage: Passage) -> NodeWithScore:
    """A passage as a LlamaIndex node; its id is the chunk's, its place is in ``start_char_idx`` and in the metadata."""
    chunk = passage.chunk
    place = {"start": chunk.start, "end": chunk.end, "page": passage.page, "rank": passage.rank}
    return _node(chunk.id, chunk.text, passage.metadata, place, passage.score)


def citation_node(citation: Citation, answer: Answer) -> NodeWithScore:
    """A citation as a LlamaIndex node: the quoted words, with the answer's answerability as score."""
    place = {"start": citation.start, "end": citation.end, "page": citation.page, "marker": citation.marker}
    return _node(
        f"{citation.source}#{citation.start}-{citation.end}", citation.quote, citation, place, answer.answerability
    )


def _node(id_: str, text: str, metadata: DocumentMetadata, place: dict[str, Any], score: float) -> NodeWithScore:
    node = TextNode(
        id_=id_,
        text=text,
        start_char_idx=place["start"],
        end_char_idx=place["end"],
        metadata={
            "source": metadata.source,
            "title": metadata.title,
            "publisher": metadata.publisher,
            "published": metadata.published.isoformat() if metadata.published else None,
            **place,
        },
        excluded_llm_metadata_keys=_FOR_MACHINES,
        excluded_embed_metadata_keys=_FOR_MACHINES,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=metadata.source)},
    )
    return NodeWithScore(node=node, score=score)
