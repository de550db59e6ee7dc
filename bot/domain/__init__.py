"""What is true: dataclasses and rules; of ours it knows messages and i18n only."""
