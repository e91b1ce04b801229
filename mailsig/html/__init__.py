"""HTML as mail has it: where its tokens stand, and where a block can stand between them."""
