"""What the pages show: views, which are values, and the templates that make markup of them."""
