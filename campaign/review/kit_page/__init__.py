"""The pages of a partner kit: template, style, script, and the words that they say by themselves."""
