"""What a push brings, judged by the rules that judge a desk: by whoever asks."""
