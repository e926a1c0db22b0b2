"""How layers are made fast: `dispatch` chooses, `algorithms`, `pooling` and `cuda` compute."""
