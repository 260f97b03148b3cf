"""The chat page and its doors for programs: the only home of gradio, thin over ``assistant.api``.

``serve.build`` makes the web application, ``serve.run`` runs it; ``programs.stdio`` serves MCP without a page.
"""
