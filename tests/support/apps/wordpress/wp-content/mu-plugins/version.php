<?php
/* Plugin Name: Says three times which version it is, each time from a file of its own. */

add_action('send_headers', fn () => header('X-Version: ' . require ABSPATH . 'version/header.php'));
add_action('wp_head', function () {
    echo '<!-- early ', require ABSPATH . 'version/early.php', ' -->';
});
add_action('wp_footer', function () {
    echo '<!-- late ', require ABSPATH . 'version/late.php', ' -->';
});
