"""The figures of post 9344."""
