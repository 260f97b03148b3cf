"""The chat page and its API: the only package that imports gradio, thin over ``assistant.api``.

``serve.build`` makes the web application, ``serve.run`` runs it; ``programs.stdio`` serves MCP without a page.
"""
