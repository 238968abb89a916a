"""纸质档案: where every sheet of paper lies."""
