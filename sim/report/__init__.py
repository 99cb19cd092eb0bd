"""Floor 6: the report. Its parts and tables stand below the figures, which show them; its contents and page above."""
