"""What pages are drawn with: markup and charts made from records. No reading, no arithmetic on "
"money."""
