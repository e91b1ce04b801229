# Drives MIMEDefang's append_text_boilerplate and append_html_boilerplate with the parser
# settings of mimedefang.pl, without the milter around them.
# Usage: mimedefang.pl footer.txt footer.html; see __init__.py for the lines it reads.
use strict;
use warnings;
use File::Path qw(remove_tree);
use JSON::PP;
use Mail::MIMEDefang;
use Mail::MIMEDefang::MIME;
use MIME::Parser;
use Time::HiRes qw(clock_gettime CLOCK_PROCESS_CPUTIME_ID);

sub content_of {
    my ($path) = @_;
    open(my $in, '<:raw', $path) or die "$path: $!";
    local $/;
    return scalar <$in>;
}

sub signed {
    my ($source, $target, $text, $html) = @_;
    my $work = 'Work';
    mkdir $work;
    my $parser = Mail::MIMEDefang::MIME::builtin_create_parser();
    my $filer  = MIME::Parser::FileInto->new($work);
    $filer->ignore_filename(1);
    $parser->filer($filer);
    open(my $in, '<:raw', $source) or die "$source: $!";
    my $entity = $parser->parse($in);
    close $in;
    append_text_boilerplate($entity, $text, 1);
    append_html_boilerplate($entity, $html, 1);
    open(my $out, '>:raw', $target) or die "$target: $!";
    $entity->print($out);
    close $out;
    remove_tree($work);
}

$Mail::MIMEDefang::Features{'HTML::Parser'} = 1;
$main::Features{'HTML::Parser'} = 1;
require HTML::Parser;
my ($text, $html) = map { content_of($_) } @ARGV;
$| = 1;
while (my $line = <STDIN>) {
    chomp $line;
    my ($source, $target, $repetitions) = split /\t/, $line;
    my @times;
    for (1 .. $repetitions) {
        my $start = clock_gettime(CLOCK_PROCESS_CPUTIME_ID);
        signed($source, $target, $text, $html);
        push @times, int((clock_gettime(CLOCK_PROCESS_CPUTIME_ID) - $start) * 1e9);
    }
    print encode_json(\@times), "\n";
}
