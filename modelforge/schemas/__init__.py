"""Every shape that crosses a border of the product. Imports no torch, transformers, fastapi or sqlalchemy."""
