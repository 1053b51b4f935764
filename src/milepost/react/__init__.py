"""What follows from news: exceptions, notices and the next look. Plain functions, no clock."""
