"""Where everything lies on disk: `FileManager` names every path, `atomic` writes so that a crash tears nothing."""
