/*
 * bindtextdomain.c - takes the place of gettext's set-up under ASAN.
 *
 * With libasan of GCC 12 (Debian bookworm) preloaded, every program hangs in
 * its first call of bindtextdomain.  Our servers speak C, so nothing is lost.
 */

char *bindtextdomain(const char *domain, const char *directory);
char *bind_textdomain_codeset(const char *domain, const char *codeset);
char *textdomain(const char *domain);

char *
bindtextdomain(const char *domain, const char *directory)
{
	(void) domain;
	return (char *) directory;
}

char *
bind_textdomain_codeset(const char *domain, const char *codeset)
{
	(void) domain;
	return (char *) codeset;
}

char *
textdomain(const char *domain)
{
	return (char *) domain;
}
