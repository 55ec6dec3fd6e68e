"""Questions by programs that read: six tools on standard input and output; what others wrote stands apart."""
