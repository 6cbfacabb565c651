"""``python -m cli`` is ``seatsignal``."""

from cli.main import main

if __name__ == "__main__":
    main()
